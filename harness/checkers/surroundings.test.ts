import { expect, test } from 'vitest';
import { run } from './fixtures.test.helper.js';
import { judge } from './index.js';
import { describePlanted, type Planted } from './planted.test.helper.js';

const before = 'canary @./:755 @notes:600:text @nested/:700 @nested/file:644';
const healthyEnd = 'final 20 @./:755 @notes:600:text @nested/:700 @nested/file:644';
const healthy = `${before}\n plant 4-6 link@lock\n ${healthyEnd}`;
const found = { guarantee: 'G11', kind: 'followed-link', operations: [] } satisfies Planted['found'];

describePlanted([
  {
    rule: 'nothing outside is removed, and the finding names what stood in the way meanwhile',
    planted: `${before}
      plant 2-3 pipe@lock
      plant 4-6 link@lock @./:755 @notes:600:text @nested/:700::1:9
      final 20 @./:755 @notes:600:text @nested/:700::1:9`,
    healthy,
    found: {
      ...found,
      sentence: /directory, nested\/file was removed between 3\.000 ms and 6\.000 ms, with link@lock$/,
    },
  },
  {
    rule: 'nothing outside is created',
    planted: `${before}\n final 20 @./:755::1:9 @new:600 @notes:600:text @nested/:700 @nested/file:644`,
    healthy,
    found: { ...found, sentence: /new was created between 0\.000 ms and the end of the run$/ },
  },
  {
    rule: 'nothing outside is overwritten',
    planted: `${before}\n final 20 @./:755 @notes:600:other @nested/:700 @nested/file:644`,
    healthy,
    found: { ...found, sentence: /notes was overwritten: 4 bytes before, now 5/ },
  },
  {
    rule: 'nothing outside has its mode changed',
    planted: `${before}\n final 20 @./:755 @notes:600:text @nested/:755 @nested/file:644`,
    healthy,
    found: { ...found, sentence: /nested had its mode changed: from 700 to 755/ },
  },
  {
    rule: 'nothing outside is given away',
    planted: `${before}\n final 20 @./:755 @notes:600:text:7 @nested/:700 @nested/file:644`,
    healthy,
    found: { ...found, sentence: /notes was given away: from 1:1 to 7:1/ },
  },
  {
    rule: 'a file that was made outside and removed again leaves a trace',
    planted: `${before}\n final 20 @./:755 @notes:600:text @nested/:700::1:9 @nested/file:644`,
    healthy,
    found: { ...found, sentence: /nested was touched/ },
  },
  {
    rule: 'no error of a call quotes what lies outside',
    planted: `${before}\n 0-1 tui-1.0.1 get a fail disclosing\n ${healthyEnd}`,
    healthy: `${before}\n 0-1 tui-1.0.1 get a fail\n ${healthyEnd}`,
    found: {
      guarantee: 'G11',
      kind: 'disclosed',
      operations: ['tui-1.0.1'],
      sentence: /stands in the error of tui-1\.0\.1/,
    },
  },
]);

const disclosed = (text: string) =>
  judge(run(`${before}\n ${text}`))
    .findings.filter(({ kind }) => kind === 'disclosed')
    .map(({ guarantee, key, operations, sentence }) => ({ guarantee, key, operations, sentence }));

test('no client reads what lies outside, by a get or among all', () => {
  const calls = ['get a = canary.0', 'all b=tui-1.0.0 c=canary.0'];
  for (const [index, call] of calls.entries()) {
    const [{ sentence = '', ...rest } = {}] = disclosed(`2-3 tui-1.0.1 ${call}\n ${healthyEnd}`);
    expect(rest).toEqual({ guarantee: 'G11', key: ['a', 'c'][index], operations: ['tui-1.0.1'] });
    expect(sentence).toMatch(/outside the store's directory was read by tui-1\.0\.1 at 2\.000 ms/);
  }
  expect(disclosed(`2-3 tui-1.0.1 get a = seed.0\n ${healthyEnd}`)).toEqual([]);
});

test('what lies outside never stands in the file, neither for a moment nor at the end', () => {
  const [moment] = disclosed(`file 7-8 a=canary.0\n ${healthyEnd}`);
  expect(moment).toMatchObject({ key: 'a', operations: [] });
  expect(moment?.sentence).toMatch(/stood in the file at 7\.000 ms/);
  expect(disclosed(`${healthyEnd} a=canary.0`)[0]?.sentence).toMatch(/stands in the file at the end/);
});

test('a history without a canary has no check of the surroundings', () => {
  expect(judge(run('0-1 tui-1.0.1 set a\n final 20 a=tui-1.0.1')).checks).not.toHaveProperty('G11');
});

test('a run whose end does not describe the canary is unknown', () => {
  const { checks } = judge(run(`${before}\n final 20`));
  expect(checks.G11).toMatchObject({ result: 'unknown' });
});

test('an interrupted run leaves the surroundings unknown, unless a plant has already shown a violation', () => {
  expect(judge(run(`${before}\n plant 4-6 link@lock`)).checks.G11?.result).toBe('unknown');
  expect(judge(run(`${before}\n plant 4-6 link@lock @notes:600:other`)).checks.G11?.result).toBe('invalid');
});
