import { expect, it } from 'vitest';
import { run } from './fixtures.test.helper.js';
import { judge } from './index.js';

/** The verdict on G2 of a run on tokens that may be regular, and of the same one on tokens that must be atomic. */
function verdicts(text: string) {
  const atomic = run(`seed other seed.0\n${text}`);
  const regular = { ...atomic, header: { ...atomic.header, regularTokens: true as const } };
  return [judge(regular), judge(atomic)].map(({ checks }) => checks.G2?.result);
}

const made = '0-1 issuer-1.0.1 set t\n';

it.each([
  [
    'while the deletion is under way',
    `3-20 issuer-1.0.2 remove t
     5-6 verifier-1.0.1 get t =
     7-8 verifier-2.0.1 get t = issuer-1.0.1
     21-22 verifier-2.0.2 get t =
     final 30 other=seed.0`,
  ],
  [
    'after a deletion of which nobody knows whether it happened',
    `3-4 issuer-1.0.2 remove t unknown
     5-6 verifier-1.0.1 get t =
     7-8 verifier-2.0.1 get t = issuer-1.0.1
     final 30 other=seed.0`,
  ],
])('two verifiers may disagree about a token %s, where the target says so', (_, text) => {
  expect(verdicts(made + text)).toEqual(['valid', 'invalid']);
});

it('the verdict says how many refusals it has left out', () => {
  const text = '3-20 issuer-1.0.2 remove t\n5-6 verifier-1.0.1 get t =\nfinal 30 other=seed.0';
  const { header, ...others } = run(`seed other seed.0\n${made}${text}`);
  const { checks } = judge({ ...others, header: { ...header, regularTokens: true } });
  expect(checks.G2?.summary).toContain('1 of the refusals came while a deletion was under way');
});

it.each([
  [
    'is accepted by a process that has refused it',
    `3-20 issuer-1.0.2 remove t
     5-6 verifier-1.0.1 get t =
     7-8 verifier-1.0.2 get t = issuer-1.0.1
     final 30 other=seed.0`,
  ],
  [
    'is accepted when its deletion has returned',
    `3-20 issuer-1.0.2 remove t
     21-22 verifier-1.0.1 get t = issuer-1.0.1
     final 30 other=seed.0`,
  ],
  [
    'is refused before its deletion begins',
    `2-3 verifier-1.0.1 get t =
     4-5 verifier-2.0.1 get t = issuer-1.0.1
     6-7 issuer-1.0.2 remove t
     final 30 other=seed.0`,
  ],
  [
    'is refused after a deletion that has failed',
    `2-3 issuer-1.0.2 remove t fail
     4-5 verifier-1.0.1 get t =
     6-7 verifier-2.0.1 get t = issuer-1.0.1
     final 30 other=seed.0 t=issuer-1.0.1`,
  ],
])('a token that %s is a violation in either case', (_, text) => {
  expect(verdicts(made + text)).toEqual(['invalid', 'invalid']);
});
