import { expect, test } from 'vitest';
import type { Finding } from '../../core/verdict.js';
import { nameOfContent } from '../../history/version-name.js';
import { run } from '../fixtures.test.helper.js';
import { judge } from '../index.js';

type Said = Readonly<Record<string, { base?: string; written?: string }>>;

/** The loss of "a" in a history whose clients say what they read and wrote, and whose contents have names, `v1`, `v2`, ... or others. */
function lossIn(text: string, said: Said, hashes: Readonly<Record<number, string>> = {}): Finding {
  const one = run(text);
  for (const operation of one.operations) Object.assign(operation, said[operation.id]);
  for (const file of one.files) file.hash = hashes[file.version] ?? `v${file.version}`;
  const loss = judge(one).findings.find(({ key }) => key === 'a');
  if (!loss) throw new Error('nothing is lost');
  return loss;
}

/** Two writes are under way when "a" goes, and the change of each is in what the look found then. */
const two = `
  0-1   tui-1.0.0   set old
  2-5   tui-1.0.1   set a
  4-9   login-1.0.1 set b
  4-9   web-1.0.1   set c
  file  1 old=tui-1.0.0
  file  5 a=tui-1.0.1
  file  8 b=login-1.0.1 c=web-1.0.1 -a
  final 20 old=tui-1.0.0 b=login-1.0.1 c=web-1.0.1`;

test('a suspect that had read the victim is left out, and the base of the other is exact', () => {
  const loss = lossIn(two, { 'login-1.0.1': { base: 'v1', written: 'x' }, 'web-1.0.1': { base: 'v2' } });
  expect(loss).toMatchObject({
    operations: ['tui-1.0.1', 'login-1.0.1'],
    blame: { suspects: ['login-1.0.1'], certain: true },
    versions: { seenIn: 2, goneIn: 3, base: 1, isBaseExact: true },
    mechanism: 'stale base',
  });
});

test('a suspect that changed what another suspect had written is left out', () => {
  const loss = lossIn(two, { 'login-1.0.1': { base: 'v1', written: 'x' }, 'web-1.0.1': { base: 'x' } });
  expect(loss.blame?.suspects).toEqual(['login-1.0.1']);
});

test('no suspect is left out for a suspect whose change was there beside the victim', () => {
  // By then login had written, though it returned later: what it had left may have been read before the victim came.
  const loss = lossIn(
    `
    0-1   tui-1.0.0   set old
    2-9   login-1.0.1 set b
    3-5   tui-1.0.1   set a
    3-8   web-1.0.1   set c
    file  1 old=tui-1.0.0
    file  5 b=login-1.0.1 a=tui-1.0.1
    file  8 c=web-1.0.1 -a
    final 20 old=tui-1.0.0 b=login-1.0.1 c=web-1.0.1`,
    { 'login-1.0.1': { base: 'v1', written: 'x' }, 'web-1.0.1': { base: 'x' } },
  );
  expect(loss.blame?.suspects).toEqual(['web-1.0.1', 'login-1.0.1']);
});

test('suspects that had read what the other wrote are both left', () => {
  const said = { base: 'x', written: 'y' };
  const loss = lossIn(two, { 'login-1.0.1': said, 'web-1.0.1': { base: 'y', written: 'x' } });
  expect(loss.blame?.suspects.toSorted()).toEqual(['login-1.0.1', 'web-1.0.1']);
});

test('a base that was met once more after the victim had gone is the one before', () => {
  const text = `
    0-1   tui-1.0.0   set old
    2-5   tui-1.0.1   set a
    4-15  login-1.0.1 set b
    9-10  tui-1.0.2   remove b
    file  1 old=tui-1.0.0
    file  5 a=tui-1.0.1
    file  8 b=login-1.0.1 -a
    file  10 -b
    final 20 old=tui-1.0.0`;
  const loss = lossIn(text, { 'login-1.0.1': { base: 'v1' } }, { 4: 'v1' });
  expect(loss.versions).toEqual({ seenIn: 2, goneIn: 3, base: 1, isBaseExact: true });
});

test('a base that no look met is known by its writer, and what it lacks by what that one had read', () => {
  const said = {
    'tui-1.0.0': { written: 'first' },
    'login-1.0.1': { base: 'first', written: 'x' },
    'web-1.0.1': { base: 'x' },
  };
  expect(lossIn(two, said)).toMatchObject({
    versions: { seenIn: 2, goneIn: 3, isBaseExact: true, baseBy: 'tui-1.0.0' },
    mechanism: 'unknown',
  });
  const told = { ...said, 'tui-1.0.0': { base: nameOfContent(''), written: 'first' } };
  expect(lossIn(two, told)).toMatchObject({ mechanism: 'stale base' });
});

test('a suspect that had read no bytes at all took the file for an empty one', () => {
  const loss = lossIn(two, { 'login-1.0.1': { base: nameOfContent('') }, 'web-1.0.1': { base: 'v2' } });
  expect(loss).toMatchObject({ mechanism: 'empty read', versions: { isBaseExact: true } });
  expect(loss.versions?.base).toBeUndefined();
});

test('without a word of its store the base is what accounts for what was found, and not exact', () => {
  const one = `
    0-1   tui-1.0.0   set old
    2-5   tui-1.0.1   set a
    4-9   login-1.0.1 set b
    file  1 old=tui-1.0.0
    file  5 a=tui-1.0.1
    file  8 b=login-1.0.1 -a
    final 20 old=tui-1.0.0 b=login-1.0.1`;
  expect(lossIn(one, {})).toMatchObject({
    versions: { seenIn: 2, goneIn: 3, base: 1, isBaseExact: false },
    mechanism: 'stale base',
    stuck: { from: 8e6, to: 8e6, after: ['tui-1.0.1'] },
  });
});

test('where no look met anything, the mechanism is unknown and no content is named', () => {
  const loss = lossIn(
    `
    0-1   tui-1.0.1   set a
    2-9   login-1.0.1 set b
    3-8   web-1.0.1   set c
    final 20 b=login-1.0.1 c=web-1.0.1`,
    {},
  );
  expect(loss.mechanism).toBe('unknown');
  expect(loss.versions).toBeUndefined();
});
