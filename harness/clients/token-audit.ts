import type { ValueId } from '../history/events.js';
import { readEntries } from '../line/foreign-reader.js';
import { runClient } from '../line/worker.js';
import { finalState } from './final-state.js';
import { Hands, nameOf, valueIn } from './handed-out.js';

/**
 * A fresh process when all others have ended: it must find the tokens usable, its writes sweep what the killed left behind,
 * and every token that was ever handed out must be what its life says.
 */
await runClient('file', async (worker) => {
  const { target, tokens } = await worker.openTokens();
  await worker.ready();
  const key = 'audit-token';
  let made = { id: '', token: '' };
  await worker.record('set', key, async (value) => {
    made = await tokens.create(nameOf({ key, value }));
    return undefined;
  });
  await verify(key, made.token);
  await worker.record('remove', key, async () => {
    await tokens.delete(made.id);
    return undefined;
  });
  await verify(key, made.token);
  for (const { key, token } of new Hands(worker.config.sandbox).all()) await verify(key, token);

  const names = (await tokens.list()).map((name) => name.split(' '));
  const listed = names.map(([key = '', value = '!nameless']): [string, ValueId] => [key, value]);
  await tokens.close?.();
  const { file, subject, evidence } = worker.config;
  const found = evidence.of === 'store' ? {} : readEntries(file, subject);
  worker.send(
    finalState(
      worker,
      target,
      typeof found === 'string' ? found : { ...found, ...Object.fromEntries(listed) },
    ),
  );

  function verify(key: string, token: string): Promise<void> {
    return worker.record('get', key, async () => {
      const name = await tokens.verify(token);
      return name === undefined ? null : valueIn(name, key);
    });
  }
});
