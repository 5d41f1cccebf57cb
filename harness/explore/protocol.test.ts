import { describe, expect, it } from 'vitest';
import { atLeast } from '../../src/amount.test.helper.js';
import { eachInTiers, long, nightly } from '../../src/tiers.test.helper.js';
import { explore, fixture, searchSimulated } from './explore.test.helper.js';

/**
 * The few calls on which the hardened store rests, by themselves, and the mistakes that look like them. Without the variable the
 * right ones are tried to 2 preemptions only, and to 0 with faults:
 *
 *     HOLDFAST_PREEMPTIONS=3 npx vitest run harness/explore/protocol.test.ts
 */
const preemptions = atLeast(2, 'HOLDFAST_PREEMPTIONS');
const target = fixture('intents.mjs');

describe('the protocol: a commit makes an intent, destroys all others, and only then reads the file', () => {
  it('the protocol without a queue loses nothing in any interleaving with one preemption', async () => {
    const found = await searchSimulated({ target, preemptions: 1 });
    expect(found).toMatchObject({ exhausted: true, failures: [] });
  });

  it.each([{ crash: true }, { steal: true }])(
    'the protocol without a queue loses nothing where no client is preempted, with faults: %j',
    async (faults) => {
      const found = await searchSimulated({ target, preemptions: 0, ...faults });
      expect(found).toMatchObject({ exhausted: true, failures: [] });
    },
  );

  // Their short twins are above.
  it.each([{ crash: true }, { steal: true }, {}])(
    'the protocol without a queue loses nothing among real processes in any interleaving, with faults: %j',
    { ...long, timeout: 3_600_000 },
    async (faults) => {
      const bound = Object.keys(faults).length > 0 ? preemptions - 2 : preemptions;
      const found = await explore({ target, preemptions: bound, ...faults });
      expect(found.failures.map(({ sentence, schedule }) => [sentence, schedule])).toEqual([]);
      expect(found).toMatchObject({ result: 'valid', exhausted: true });
    },
  );
});

describe('protocols that only look like a fence', () => {
  const mistakes: [string, string[]][] = [
    ['reads-first', ['set a', 'set b']],
    ['makes-again', ['set a', 'set b']],
    ['looks-then-renames', ['set a', 'set b']],
    ['one-directory', ['set a', 'set b']],
    ['counts-generations', ['set a', 'set b, set c']],
  ];

  eachInTiers(mistakes)('a protocol without a real fence loses an update: %s', async (way, clients) => {
    const { failures } = await searchSimulated({ target: `${target}?way=${way}`, clients, preemptions: 3 });
    expect(failures).toMatchObject([{ kind: 'lost-update' }]);
  });

  const isLostAgain = async (way: string, clients: string[]) => {
    const { failures } = await explore({ target: `${target}?way=${way}`, clients, preemptions: 3 });
    expect(failures).toMatchObject([{ kind: 'lost-update', replayed: { same: 2, of: 2 } }]);
  };
  const title = 'a protocol without a real fence loses an update among real processes: %s';
  it.each(mistakes.slice(0, 2))(title, long, isLostAgain);
  it.each(mistakes.slice(2))(title, nightly, isLostAgain);
});
