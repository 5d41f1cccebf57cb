import { expect, test } from 'vitest';
import { run } from '../checkers/fixtures.test.helper.js';
import { judge } from '../checkers/index.js';
import type { Run } from '../history/run.js';
import { describeLineage, findLineage } from './lineage.js';

function findIn(one: Run) {
  const loss = judge(one).findings.find(({ key }) => key === 'a');
  const suspects = (loss?.blame?.suspects ?? []).flatMap((id) =>
    one.operations.filter((each) => each.id === id),
  );
  const lineage = loss?.blame && findLineage(one, loss.blame, suspects);
  return { lineage, told: lineage && describeLineage(lineage, suspects, loss?.blame?.certain ?? false) };
}

const lineageOf = (one: Run) => findIn(one).told;

const before = `
  0-1   tui-1.0.0   set old
  2-5   tui-1.0.1   set a
  4-9   login-1.0.1 set b
  file  1 old=tui-1.0.0`;

test('the lineage of a version that lacks a write names the version that its writer had read', () => {
  const one = run(`${before}
    file  5 a=tui-1.0.1
    file  8 b=login-1.0.1 -a
    final 20 old=tui-1.0.0 b=login-1.0.1`);
  expect(lineageOf(one)).toMatch(/^v2 -> v3 by login-1\.0\.1 \(pid \d+\) undid "a", based on v1$/);
});

test('the lineage names the latest of several versions that may have been read', () => {
  const one = run(`${before}
    6-7   tui-1.0.2   set x
    file  2 x=tui-1.0.2
    file  3 -x
    file  5 a=tui-1.0.1
    file  8 b=login-1.0.1 -a
    final 20 old=tui-1.0.0 b=login-1.0.1`);
  expect(findIn(one).lineage).toMatchObject({ from: 4, to: 5, base: 3 });
});

test('the lineage names no version where none fits', () => {
  const one = run(`${before}
    file  5 a=tui-1.0.1
    file  8 b=login-1.0.1 -a -old
    final 20 b=login-1.0.1`);
  expect(findIn(one).lineage).toEqual({ from: 2, to: 3, erased: ['old', 'a'], base: undefined });
});

test('the lineage is as uncertain as the blame', () => {
  const told = (more: string) =>
    lineageOf(
      run(`${before}
    ${more}
    file  5 a=tui-1.0.1
    file  8 b=login-1.0.1 -a
    final 20 old=tui-1.0.0 b=login-1.0.1`),
    );
  expect(told('7-30 web-1.0.1 set c')).toMatch(
    /^v2 -> v3, by one of login-1\.0\.1 \(pid \d+\), web-1\.0\.1 \(pid \d+\), undid "a", based on v1 if it was the first$/,
  );
  expect(told('2-30 login-1.0.0 set a')).toMatch(/^v2 -> v3 by login-1\.0\.1 /);
});

test('a write that was never seen in the file has no lineage', () => {
  expect(lineageOf(run(`${before}\n final 20 old=tui-1.0.0 b=login-1.0.1`))).toBeUndefined();
});
