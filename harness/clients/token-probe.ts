import { runClient } from '../stress/worker.js';

/** Tries the tokens of a target alone, once, before a run is built on them. */
await runClient('file', async (worker) => {
  await worker.ready();
  const { tokens } = await worker.openTokens();
  const name = 'probe-token probe-1.0.0';
  const { id, token } = await tokens.create(name);
  if ((await tokens.verify(token)) !== name) throw new Error('verify() refuses what create() has returned');
  if (!(await tokens.list()).includes(name)) throw new Error('list() lacks what create() has created');
  await tokens.delete(id);
  if ((await tokens.verify(token)) !== undefined)
    throw new Error('verify() accepts what delete() has deleted');
  await tokens.close?.();
  worker.send({ type: 'passed' });
});
