import type { Mutant } from './mutant.js';

const confirmed = 'src/store/backend/confirmed.ts';
const registrations = 'src/store/backend/registrations.ts';
const test = 'src/etcd/tokens.test.ts';
const memory = 'src/etcd/confirmed.test.ts';

/** Who is let in where tokens are on etcd, and on another host. The protocol itself has its mistakes in the model. */
export const ofTokensOnEtcd: Mutant[] = [
  {
    name: 'a deletion waits for no host',
    breaks: 'tokens',
    file: registrations,
    edits: [['if (silent.length === 0) return;', 'return;']],
    test,
  },
  {
    name: 'a deletion does not wait for a host that is silent',
    breaks: 'tokens',
    file: registrations,
    edits: [['const end = since + this.#confirmedMs;', 'const end = since + this.#confirmedMs / 4;']],
    test: memory,
  },
  {
    name: 'a host says what it knows before it goes by it',
    breaks: 'tokens',
    file: confirmed,
    edits: [['if (this.#confirmed) this.#confirmed = { document, at: this.#confirmed.at };', '']],
    test: memory,
  },
  {
    name: 'what a host knows is believed for ever',
    breaks: 'tokens',
    file: confirmed,
    edits: [['return isYoung ? document : undefined;', 'return isYoung || at ? document : undefined;']],
    test: memory,
  },
  {
    name: 'a confirmation counts from when its answer came',
    breaks: 'tokens',
    file: confirmed,
    edits: [['{ document: seen.state.document, at };', '{ document: seen.state.document, at: moment() };']],
    test: memory,
  },
  {
    name: 'the clock of the wall is not asked',
    breaks: 'tokens',
    file: confirmed,
    edits: [[' && Math.abs(now.wall - at.wall) < confirmedMs;', ';']],
    test: memory,
  },
  {
    name: 'a silent host is not struck off',
    breaks: 'tokens',
    file: registrations,
    edits: [
      ['await this.#register.strike(seen, performance.now() + strikeMs).catch(() => {});', 'await seen;'],
    ],
    test: memory,
  },
  {
    name: 'a token that is not in memory is refused without a question',
    breaks: 'tokens',
    file: 'src/tokens/engine-tokens.ts',
    edits: [
      [
        '(id === undefined || document.has(id) || isAbsent())',
        '(id === undefined || document || isAbsent())',
      ],
    ],
    test,
  },
  {
    name: 'a rotation waits for no host',
    breaks: 'tokens',
    file: 'src/tokens/tokens.ts',
    edits: [['    await this.#settle(performance.now());\n    return { token', '    return { token']],
    test,
  },
  {
    name: 'a token is said to be gone while a host lets it in',
    breaks: 'tokens',
    file: 'src/tokens/settled.ts',
    edits: [['if (isOver) await', 'if (isOver && !isOver) await']],
    test: memory,
  },
];
