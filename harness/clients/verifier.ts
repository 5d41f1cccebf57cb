import { setTimeout as sleep } from 'node:timers/promises';
import { runClient } from '../line/worker.js';
import { Hands } from './handed-out.js';
import { Verifications } from './verifications.js';

/** Then the process looks at its messages and at what was handed out, and leaves the processor to those who write. */
const turnMs = 4;
const restMs = 1;
/** A refused token is tried on: one that comes back to life must be noticed. */
const refusedKept = 24;

/** A server with tokens: verifies all that it was ever handed, again and again, those that were deleted, too. */
await runClient('file', async (worker) => {
  const { tokens } = await worker.openTokens();
  const hands = new Hands(worker.config.sandbox);
  const verifications = new Verifications(worker, tokens);
  const met = new Set<string>();

  await worker.ready();
  while (!worker.stopping.aborted) {
    for (const token of hands.current((key) => !met.has(key))) {
      met.add(token.key);
      verifications.add(token);
    }
    verifications.keep(refusedKept);
    const end = worker.now() + turnMs * 1e6;
    do await verifications.round();
    while (worker.now() < end && !verifications.isEmpty);
    await sleep(restMs);
  }
  verifications.flush();
  await tokens.close?.();
});
