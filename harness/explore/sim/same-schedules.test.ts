import { expect, it } from 'vitest';
import { eachInTiers } from '../../../src/tiers.test.helper.js';
import type { Executed } from '../execution/executed.js';
import { noFaults } from '../execution/executed.js';
import { follow, inTurn, optionsFor, poolFor, RandomWalk, simPoolFor } from '../explore.test.helper.js';

/** All that can be seen of an execution. Where the sandbox is and which number a descriptor has makes no difference. */
function seenIn({ steps, events, ending }: Executed): string[] {
  const calls = steps.map(({ client, call, path, to, end, now }) =>
    [client, call?.call ?? 'wakes', path, to, call?.flags, end?.errno, now].join(' '),
  );
  const words = events.map((event) => JSON.stringify(event).replaceAll(/\/[^ ]*?\/?sandbox/g, ''));
  return [...calls, ...words, ending];
}

const clean = 'set a | set b';
const faulty = { kills: 1, pauses: 1 };

eachInTiers(
  [
    // All its calls are synchronous; those of the next are promises.
    ['anchored.mjs', clean, {}],
    ['naive', clean, {}],
    ['textbook', clean, {}],
    ['hardened', clean, {}],
    ['naive', 'set a, remove a | set a, get a, all', faulty],
    ['textbook', 'set a | set a', { errnos: 2 }],
    ['textbook', 'set a, remove a | set a, get a, all', faulty],
    ['hardened', 'set a, remove a | set a, get a, all', faulty],
    ['hardened', 'set a | set a', { errnos: 2 }],
    ['hardened', 'set a | set b | remove a', { kills: 1 }],
    ['hardened', 'refresh | refresh', {}],
    ['lease-dir', clean, faulty],
    ['in-process-lock', clean, {}],
    ['rename-only', clean, { errnos: 1 }],
    ['intents.mjs', clean, faulty],
    ['claims.mjs', clean, faulty],
    ['blind.mjs', clean, {}],
    ['side-findings.mjs', clean, { kills: 1 }],
    ['takes-errors.mjs', clean, { errnos: 2 }],
  ],
  2,
)(
  'virtual processes of %s do the same as real ones along the same schedules: %s %j',
  async (target, program, faults) => {
    const [real, virtual] = [await poolFor(target), await simPoolFor(target)];
    const options = optionsFor(program, { faults: { ...noFaults, ...faults }, details: false });
    const walk = new RandomWalk(3, 8, { index: 0, of: 1 });
    await inTurn(() => {
      while (walk.begin()) {
        const executed = real.execute(options, walk);
        const schedule = executed.steps.map(({ action }) => action);
        const again = follow(virtual, options, schedule, true);
        expect(again && seenIn(again)).toEqual(seenIn(executed));
      }
    });
  },
);

it('virtual processes take every way to the file system that is simulated, call by call as real ones', async () => {
  const [real, virtual] = [await poolFor('every-way.mjs'), await simPoolFor('every-way.mjs')];
  const ways = ['sync', 'promise', 'callback', 'promisified', 'handle', 'kept', 'recursive', 'watch'];
  await inTurn(() => {
    for (const way of [...ways, 'both', 'lives', 'sleep']) {
      const [one, other] = [real, virtual].map((pool) =>
        follow(pool, optionsFor(`set ${way} | set callback`, { details: false }), [], false),
      );
      expect([way, ...(other ? seenIn(other) : [])]).toEqual([way, ...(one ? seenIn(one) : [])]);
    }
  });
});
