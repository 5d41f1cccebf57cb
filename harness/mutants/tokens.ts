import type { Mutant } from './mutant.js';

const verifier = 'src/tokens/verifier.ts';
const file = 'src/tokens/token-file.ts';

/** Who is let in. */
export const ofTokens: readonly Mutant[] = [
  {
    name: 'a token is good for a millisecond more',
    breaks: 'tokens',
    file: 'src/tokens/entry.ts',
    edits: [['now >= expiresAt', 'now > expiresAt']],
    test: 'src/tokens/tokens.test.ts',
  },
  {
    name: 'secrets are compared byte by byte',
    breaks: 'tokens',
    file: verifier,
    edits: [
      [
        'timingSafeEqual(this.#presented, known?.hash ?? noHash)',
        'this.#presented.equals(known?.hash ?? noHash)',
      ],
    ],
    test: 'src/tokens/constant-time.test.ts',
  },
  {
    name: 'an unknown id is not compared',
    breaks: 'tokens',
    file: verifier,
    edits: [['    this.#presented.write', '    if (!known) return undefined;\n    this.#presented.write']],
    test: 'src/tokens/constant-time.test.ts',
  },
  {
    name: 'any secret will do',
    breaks: 'tokens',
    file: verifier,
    edits: [['if (!known || !isRight)', 'if (!known)']],
    test: 'src/tokens/constant-time.test.ts',
  },
  {
    name: 'a token file is trusted within a tick of its clock',
    breaks: 'tokens',
    file,
    edits: [['version.since === undefined || isSettled(version)', 'true']],
    test: 'src/tokens/coarse-clock.test.ts',
  },
  {
    name: 'a token file is settled by the time alone',
    breaks: 'tokens',
    file,
    edits: [
      ['  if (!readAll(version.descriptor, version.bytes.length).equals(version.bytes)) return false;\n', ''],
    ],
    test: 'src/tokens/coarse-clock.test.ts',
  },
];
