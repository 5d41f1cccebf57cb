import type { Mutant } from './mutant.js';

const schema = 'src/postgres/schema.ts';
const state = 'src/postgres/state.ts';
const readSets = 'src/postgres/read-sets.test.ts';
const tokens = 'src/postgres/tokens.test.ts';

/** Each loses a change, or accepts a deleted token, where the store is on PostgreSQL. What it shares with etcd is broken there. */
export const ofPostgres: Mutant[] = [
  {
    name: 'a commit on PostgreSQL does not compare what its function has read',
    breaks: 'G2',
    file: state,
    edits: [['names.map((name)', 'names.slice(0, 0).map((name)']],
    test: readSets,
  },
  {
    name: 'a commit on PostgreSQL does not compare the head for a function that lists all keys',
    breaks: 'G2',
    file: state,
    edits: [["{ head: head ?? '', seen: '[]' }", "{ head: head && null, seen: '[]' }"]],
    test: readSets,
  },
  {
    name: 'commits on PostgreSQL are not counted, so a verifier seems to know all of them',
    breaks: 'tokens',
    file: schema,
    edits: [['revision = revision + 1', 'revision = revision']],
    test: tokens,
  },
  {
    name: 'what a verifier on PostgreSQL says may go with a crash',
    breaks: 'tokens',
    file: schema,
    edits: [
      [
        "perform set_config('synchronous_commit', 'on', true);\n    end if;\n    if p_known is null",
        'null;\n    end if;\n    if p_known is null',
      ],
    ],
    test: tokens,
  },
  {
    name: 'a verifier on PostgreSQL that was struck off speaks all the same',
    breaks: 'tokens',
    file: schema,
    edits: [
      [
        'and known in (p_known, p_next);\n    return found;',
        'and known in (p_known, p_next);\n    return true;',
      ],
    ],
    test: tokens,
  },
  {
    name: 'a key is replaced on PostgreSQL without a word to those who have the store in memory',
    breaks: 'G2',
    file: schema,
    edits: [
      [
        "set head = p_session || '.' || p_next,",
        "set head = case when p_head is null and p_seen <> '[]' then head else p_session || '.' || p_next end,",
      ],
    ],
    test: 'src/postgres/inspect.test.ts',
  },
];
