import { runClient } from '../line/worker.js';
import { Random } from '../workload/random.js';
import { type HandedOut, Hands, nameOf } from './handed-out.js';

/** With more, each verification of all would take too long to meet a deletion at its moment. */
const liveMax = 24;

/** The token command in a process that stays: creates tokens and hands them out, deletes tokens that any client has handed out. */
await runClient('file', async (worker) => {
  const { tokens } = await worker.openTokens();
  const { client, incarnation, seed, sandbox } = worker.config;
  const hands = new Hands(sandbox);
  const random = new Random(seed, `${client}.${incarnation}.which`);
  let created = 0;

  async function create(): Promise<void> {
    const key = `${client}.${incarnation}-token-${created++}`;
    let made: HandedOut | undefined;
    await worker.record('set', key, async (value) => {
      made = { key, value, ...(await tokens.create(nameOf({ key, value }))) };
      return undefined;
    });
    if (made) hands.give(made);
  }

  await worker.ready();
  for await (const { action } of worker.steps()) {
    const current = hands.current();
    if (current.length === 0 || (action === 'set' && current.length < liveMax)) {
      await create();
      continue;
    }
    const victim = random.pick(current);
    await worker.record('remove', victim.key, async () => {
      await tokens.delete(victim.id);
      hands.take(victim);
      return undefined;
    });
  }
  await tokens.close?.();
});
