import { expect, test } from 'vitest';
import { propertyInTiers } from '../../../src/tiers.test.helper.js';
import type { Run } from '../../history/run.js';
import { toViolation } from '../../report/timeline.js';
import { Random } from '../../workload/random.js';
import { run } from '../fixtures.test.helper.js';
import { judge } from '../index.js';
import { describePlanted } from '../planted.test.helper.js';
import { isLinearizable } from './general.test.helper.js';
import { checkLinearizability } from './linearizability.js';
import { healthyRun, mutations } from './mutations.test.helper.js';
import { findCircle } from './precedence.js';
import { splitIntoRegisters } from './registers.js';
import { type Step, simulate } from './simulation.test.helper.js';

describePlanted([
  {
    rule: 'one removal does not explain two absences with a write between them',
    planted: `
      http  web-1
      0-1   tui-1.0.1 set a
      3-    web-1.0.1 remove a
      exit  9 web-1.0 SIGKILL
      5-6   tui-2.0.1 get a =
      7-8   tui-1.0.2 set a
      final 20`,
    healthy: `
      http  web-1
      0-1   tui-1.0.1 set a
      3-    web-1.0.1 remove a
      exit  9 web-1.0 SIGKILL
      5-7   tui-2.0.1 get a =
      7-8   tui-1.0.2 set a
      final 20 a=tui-1.0.2`,
    found: {
      kind: 'contradiction',
      guarantee: 'G2',
      key: 'a',
      operations: ['tui-1.0.1', 'web-1.0.1', 'tui-2.0.1', 'tui-1.0.2'],
      sentence: /no order of these 5 calls on "a" .* web-1\.0\.1 removed, tui-2\.0\.1 found nothing/,
    },
  },
  {
    rule: 'two reads of the whole map see two writes in one order',
    planted: `
      0-9   tui-1.0.1 set a
      0-9   tui-2.0.1 set b
      1-6   web-1.0.1 all a=tui-1.0.1
      4-8   web-2.0.1 all b=tui-2.0.1
      final 20 a=tui-1.0.1 b=tui-2.0.1`,
    healthy: `
      0-9   tui-1.0.1 set a
      0-9   tui-2.0.1 set b
      1-6   web-1.0.1 all a=tui-1.0.1
      4-8   web-2.0.1 all a=tui-1.0.1 b=tui-2.0.1
      final 20 a=tui-1.0.1 b=tui-2.0.1`,
    found: {
      kind: 'contradiction',
      guarantee: 'G2',
      operations: expect.arrayContaining(['web-1.0.1', 'web-2.0.1']),
      sentence: /by "[ab]" web-\d\.0\.1 is before web-\d\.0\.1; by "[ab]" web-/,
    },
  },
  {
    rule: 'two values have one order for all readers, however early the second was there',
    planted: `
      0-5   tui-1.0.1 set a
      0-1   tui-2.0.1 set a
      0-9   tui-3.0.1 set b
      1-5   web-1.0.1 all a=tui-1.0.1 b=tui-3.0.1
      2-4   web-2.0.1 all a=tui-2.0.1
      10-11 tui-4.0.1 get a = tui-2.0.1
      final 20 a=tui-2.0.1 b=tui-3.0.1`,
    healthy: `
      0-5   tui-1.0.1 set a
      0-1   tui-2.0.1 set a
      0-9   tui-3.0.1 set b
      1-5   web-1.0.1 all a=tui-1.0.1 b=tui-3.0.1
      2-4   web-2.0.1 all a=tui-2.0.1 b=tui-3.0.1
      10-11 tui-4.0.1 get a = tui-2.0.1
      final 20 a=tui-2.0.1 b=tui-3.0.1`,
    found: {
      kind: 'contradiction',
      guarantee: 'G2',
      operations: expect.arrayContaining(['web-1.0.1', 'web-2.0.1']),
      sentence: /by "a" web-1\.0\.1 is before web-2\.0\.1/,
    },
  },
  {
    rule: 'two reads of the whole map see one order, even where a removal may explain each absence',
    planted: `
      0-0   tui-3.0.1 remove a
      0-0   tui-4.0.1 remove b
      0-9   tui-1.0.1 set a
      0-9   tui-2.0.1 set b
      1-6   web-1.0.1 all a=tui-1.0.1
      4-8   web-2.0.1 all b=tui-2.0.1
      final 20 a=tui-1.0.1 b=tui-2.0.1`,
    healthy: `
      0-5   tui-3.0.1 remove a
      0-5   tui-4.0.1 remove b
      0-9   tui-1.0.1 set a
      0-9   tui-2.0.1 set b
      1-6   web-1.0.1 all a=tui-1.0.1
      4-8   web-2.0.1 all a=tui-1.0.1 b=tui-2.0.1
      final 20 a=tui-1.0.1 b=tui-2.0.1`,
    found: {
      kind: 'contradiction',
      guarantee: 'G2',
      operations: expect.arrayContaining(['web-1.0.1', 'web-2.0.1']),
      sentence: /no order of these \d calls .* web-1\.0\.1 read the whole map/,
    },
  },
]);

/** Sets and reads of the whole map, many at once, of which two then disagree on a key. */
function disagreeing(random: Random): Run {
  const steps = Array.from(
    { length: 10 },
    (_, at): Step => ({
      client: at % 4,
      action: random.oneIn(3) ? 'set' : 'all',
      key: random.pick(['k0', 'k1']),
      wait: random.int(0, 2),
      before: random.int(0, 6),
      after: random.int(0, 6),
      fate: 'ok',
    }),
  );
  const { run } = simulate([steps], {});
  const healthy = { ...run, files: [] };
  return (
    mutations['two reads of the whole map disagree on the order of two keys']?.(healthy, random) ?? healthy
  );
}

propertyInTiers('a history whose reads form a circle has no order', { few: 200, many: 600 }, (histories) => {
  const random = new Random(41, 'circles');
  const circleOf = (run: Run) => findCircle(splitIntoRegisters(run, new Map()).values());
  let circles = 0;
  for (let n = 0; n < histories; n++) {
    expect(circleOf(healthyRun(random))).toBeUndefined();
    const run = disagreeing(random);
    const isOfWhole = checkLinearizability(run).findings.every(({ kind }) => kind === 'contradiction');
    if (!isOfWhole || !circleOf(run)) continue;
    circles++;
    expect(isLinearizable(run)).toBe(false);
  }
  expect(circles).toBeGreaterThan(histories / 120);
});

test('the verdict says what was checked exactly, and what was not', () => {
  const scopeOf = (text: string) => judge(run(text)).checks.G2;
  const few = '0-9 tui-1.0.1 set a\n 1-6 web-1.0.1 all\n final 20 a=tui-1.0.1';
  expect(scopeOf(few)).toEqual({ result: 'valid', summary: 'exact for 1 key; 1 read of the whole map' });

  // Too many orders for a search, and absences that a removal may have made: the disagreement stays unseen, and that is said.
  const keys = Array.from({ length: 18 }, (_, at) => `k${at}`);
  const many = [
    ...keys.flatMap((key, at) => [`0-0 login-1.0.${at} remove ${key}`, `0-90 tui-${at}.0.1 set ${key}`]),
    '1-60 web-1.0.1 all k0=tui-0.0.1',
    '4-80 web-2.0.1 all k1=tui-1.0.1',
    `final 99 ${keys.map((key, at) => `${key}=tui-${at}.0.1`).join(' ')}`,
  ];
  expect(scopeOf(many.join('\n'))).toEqual({
    result: 'valid',
    exact: false,
    summary: 'exact for 18 keys; 2 reads of the whole map by necessary conditions only',
  });
});

test('many keys that take many steps each are all decided', () => {
  const keys = Array.from({ length: 300 }, (_, at) => `k${at}`);
  const clients = Array.from({ length: 3 }, (_, at) => at);
  const text = keys.flatMap((key, at) => [
    ...clients.map((client) => `0-90 tui-${client}.0.${2 * at} set ${key}`),
    ...clients.map((client) => `0-90 web-${client}.0.${2 * at} remove ${key}`),
    ...clients.map((client) => `0-95 login-${client}.0.${2 * at} get ${key} =tui-${client}.0.${2 * at}`),
    ...clients.map((client) => `0-95 desktop-${client}.0.${2 * at} get ${key} =`),
  ]);
  const final = `final 99 ${keys.map((key, at) => `${key}=tui-0.0.${2 * at}`).join(' ')}`;
  expect(judge(run([...text, final].join('\n'))).checks.G2).toMatchObject({ summary: 'exact for 300 keys' });
});

test('the sentence on a contradiction of many calls has the first and the last of them, and the picture has all', () => {
  const rounds = Array.from({ length: 12 }, (_, n) => n * 4 + 1);
  const one = run(`
    http web-1
    ${rounds.map((at, n) => `${at}-${at + 1} tui-1.0.${n} set a`).join('\n')}
    ${rounds.map((at, n) => `${at + 2}-${at + 3} tui-2.0.${n} get a =`).join('\n')}
    ${rounds
      .slice(1)
      .map((_, n) => `0-50 web-1.0.${n} remove a unknown`)
      .join('\n')}
    final 60`);
  const [finding, ...others] = judge(one).findings;
  expect(others).toEqual([]);
  expect(finding?.sentence).toMatch(
    /^no order of these 35 calls on "a" explains what they found: (\S+ (set|removed|found nothing), ){7}and 27 more in history\.jsonl, tui-2\.0\.11 found nothing$/,
  );
  expect(finding && toViolation(one, finding).bars).toHaveLength(35);
});
