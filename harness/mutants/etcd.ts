import type { Mutant } from './mutant.js';

const session = 'src/etcd/session.ts';
const state = 'src/etcd/state.ts';
const receipts = 'src/etcd/receipts.test.ts';

/** What loses, repeats or shows something where the store is on etcd. */
export const ofEtcd: Mutant[] = [
  {
    name: 'a commit compares no receipt',
    breaks: 'G2',
    file: session,
    edits: [['[holds(begun.key, begun.receipt), ...compare],', '[...compare],']],
    test: receipts,
  },
  {
    name: 'what was not answered is taken for not done',
    breaks: 'G2',
    file: session,
    edits: [['    if (!mayHappen) {', '    if (mayHappen || !mayHappen) {']],
    test: receipts,
  },
  {
    name: 'a receipt that was found says nothing',
    breaks: 'G2',
    file: session,
    edits: [['answer.succeeded ? next : foundValue(answer, 0);', 'answer.succeeded ? next : begun.receipt;']],
    test: receipts,
  },
  {
    name: 'a session that ended under a commit is taken for a conflict',
    breaks: 'G2',
    file: session,
    edits: [['    if (isLate) throw unknown(', '    if (isLate && begun.number < 0) throw unknown(']],
    test: receipts,
  },
  {
    name: 'a commit of a function compares nothing',
    breaks: 'G2',
    file: 'src/etcd/backend.ts',
    edits: [['        conditions,\n', '        [],\n']],
    test: receipts,
  },
  {
    name: 'an entry that a function writes as it was may change meanwhile',
    breaks: 'G2',
    file: 'src/store/document/watched.ts',
    edits: [['if (!edits.has(key)) keys.add(key);', 'if (edits.has(key)) keys.add(key);']],
    test: 'src/store/document/watched.test.ts',
  },
  {
    name: 'a head that has not moved is not compared',
    breaks: 'G2',
    file: state,
    edits: [['if (last && answer.succeeded) return', 'if (last) return']],
    test: receipts,
  },
  {
    name: 'a head is compared by the number of its last change',
    breaks: 'G2',
    file: state,
    edits: [
      ['[holds(this.head, last.head), ...(b', '[unchanged(this.head, String(last.headRevision)), ...(b'],
      ['  put,\n  remove,\n', '  put,\n  remove,\n  unchanged,\n'],
    ],
    test: 'harness/targets/cluster/etcd-planted.test.ts',
  },
  {
    name: 'more than one commit can be is not tried in halves',
    breaks: 'G7',
    file: 'src/store/backend/group-commit.ts',
    edits: [["if (half > 0 && codeOf(error) === 'E_INPUT')", "if (half < 0 && codeOf(error) === 'E_INPUT')"]],
    test: receipts,
  },
  {
    name: 'a request that was refused before it was sent is taken for one under way',
    breaks: 'G2',
    file: 'src/etcd/client.ts',
    edits: [['isLate ||= !(error instanceof NotSent);', 'isLate ||= error instanceof Error;']],
    test: receipts,
  },
  {
    name: 'a value is sealed for any place',
    breaks: 'G6',
    file: 'src/etcd/seal.ts',
    edits: [
      ['    cipher.setAAD(Buffer.from(name));\n', ''],
      ['opener.setAAD(Buffer.from(name)).setAuthTag', 'opener.setAuthTag'],
    ],
    test: 'src/etcd/seal.test.ts',
  },
  {
    name: 'two stores seal by one key',
    breaks: 'G6',
    file: 'src/etcd/seal.ts',
    edits: [['{prefix}`, keyBytes', '{id}`, keyBytes']],
    test: 'src/etcd/seal.test.ts',
  },
  {
    name: 'a claim is put without a comparison',
    breaks: 'G10',
    file: 'src/etcd/claims.ts',
    edits: [['        [holds(key, seen)],\n', '        [],\n']],
    test: 'src/etcd/claims.test.ts',
  },
  {
    name: 'a claim whose answer was lost is not known again',
    breaks: 'G10',
    file: 'src/etcd/claims.ts',
    edits: [['!answer.succeeded && foundValue(answer, 0) !== text', '!answer.succeeded']],
    test: 'src/etcd/claims.test.ts',
  },
  {
    name: 'a lease is judged by the wall clock alone',
    breaks: 'G10',
    file: 'src/etcd/claims.ts',
    edits: [['now.monotonic > this.#goodUntil.monotonic || ', '']],
    test: 'src/etcd/claims.test.ts',
  },
  {
    name: 'a login that has ended is not made anew',
    breaks: 'G7',
    file: 'src/etcd/client.ts',
    edits: [['logins++ === 0', 'logins++ < 0']],
    test: 'src/etcd/login.test.ts',
  },
  {
    name: 'a key is replaced without a word to those who have the store in memory',
    breaks: 'G2',
    file: 'src/etcd/reseal.ts',
    edits: [['/h`, `reseal.', '/x`, `reseal.']],
    test: 'src/etcd/seal.test.ts',
  },
];
