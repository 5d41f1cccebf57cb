import { expect, it } from 'vitest';
import { violationsMax } from '../core/report.js';
import type { Finding, FindingKind } from '../core/verdict.js';
import { someOfEachKind } from './some-of-each-kind.js';

const found = (kind: FindingKind, from: number) => ({ kind, from }) as Finding;
const hundred = Array.from({ length: 100 }, (_, from) => found('lost-update', from));

it('a kind with a hundred violations leaves room for one that was seen once, behind it in the order', () => {
  const named = someOfEachKind([...hundred, found('token-reused', 5)]);
  expect(named).toHaveLength(violationsMax);
  expect(named.slice(0, -1)).toEqual(hundred.slice(0, violationsMax - 1));
  expect(named.at(-1)).toEqual(found('token-reused', 5));
});

it('two kinds with a hundred violations each share the room', () => {
  const others = hundred.map(({ from }) => found('torn-read', from));
  const named = someOfEachKind([...hundred, ...others]);
  expect(named.filter(({ kind }) => kind === 'torn-read')).toEqual(others.slice(0, violationsMax / 2));
});

it('few violations are all named, in their order', () => {
  const few = [found('lost-update', 9), found('torn-read', 1), found('torn-read', 2)];
  expect(someOfEachKind(few)).toEqual(few);
});
