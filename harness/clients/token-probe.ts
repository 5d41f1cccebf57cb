import { readRaw } from '../line/foreign-reader.js';
import { runClient } from '../line/worker.js';

/** Tries the tokens of a target alone, once, before a run is built on them. */
await runClient('file', async (worker) => {
  await worker.ready();
  const begun = performance.now();
  worker.send({ type: 'asks', call: 'openTokens' });
  const { target, tokens } = await worker.openTokens();
  const openMs = performance.now() - begun;
  const { file } = worker.config;
  const count = () => {
    const found = readRaw(file);
    return typeof found === 'string' ? found : Object.keys(found).length;
  };
  const before = count();
  const name = 'probe-token probe-1.0.0';
  worker.send({ type: 'asks', call: 'create' });
  const { id, token } = await tokens.create(name);
  const between = count();
  worker.send({ type: 'asks', call: 'verify' });
  if ((await tokens.verify(token)) !== name) throw new Error('verify() refuses what create() has returned');
  if (!(await tokens.list()).includes(name)) throw new Error('list() lacks what create() has created');
  worker.send({ type: 'asks', call: 'delete' });
  await tokens.delete(id);
  const after = count();
  if ((await tokens.verify(token)) !== undefined)
    throw new Error('verify() accepts what delete() has deleted');
  const whyNot = whyNoEvidence(before, between, after);
  const promised = {
    ...(target.arrivesLate ? ({ arrivesLate: true } as const) : {}),
    ...(target.regularTokens ? ({ regularTokens: true } as const) : {}),
  };
  const sighted = {
    ...(whyNot === undefined ? {} : { whyNot }),
    ...promised,
    commits: worker.commits,
    openMs,
  };
  worker.send({ type: 'passed', sighted });
  await tokens.close?.();
});

/** The tokens themselves tell a foreign reader nothing; but each must be a member of its own, beside those of others. */
function whyNoEvidence(
  before: number | string,
  between: number | string,
  after: number | string,
): string | undefined {
  if (typeof between === 'string') return `after create() ${between}`;
  if (typeof after === 'string') return `after delete() ${after}`;
  const first = typeof before === 'string' ? 0 : before;
  if (between !== first + 1) return `create() brought ${between - first} top-level members into it, not one`;
  // What was deleted may stay, marked.
  if (after < first || after > between) return `delete() left ${after} of ${between} top-level members in it`;
  return undefined;
}
