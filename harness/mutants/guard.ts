import type { Mutant } from './mutant.js';

const authorize = 'src/http/guard/authorize.ts';
const authenticate = 'src/http/guard/authenticate.ts';
const hosts = 'src/http/guard/hosts.ts';
const origins = 'src/http/guard/origins.ts';
const tickets = 'src/http/guard/tickets.ts';

/** What comes before every handler. */
export const ofTheGuard: readonly Mutant[] = [
  {
    name: 'a ticket is good twice',
    breaks: 'guard',
    file: tickets,
    edits: [
      ['const found = this.#remove(hashOf(ticket));', 'const found = this.#issued.get(hashOf(ticket));'],
    ],
    test: 'src/http/guard/tickets.test.ts',
  },
  {
    name: 'a ticket is good for any path',
    breaks: 'guard',
    file: tickets,
    edits: [['found.path === errand.path && found.upgrade', 'found.upgrade']],
    test: 'src/http/guard/tickets.test.ts',
  },
  {
    name: 'a ticket outlives its token',
    breaks: 'guard',
    file: authenticate,
    edits: [[' && verifier.isLive(owner.id) ? owner', ' ? owner']],
    test: 'src/http/guard/tickets.test.ts',
  },
  {
    name: 'a public path may be upgraded',
    breaks: 'guard',
    file: authorize,
    edits: [['!upgrade && paths.every', 'paths.every']],
    test: 'src/http/guard/guard.test.ts',
  },
  {
    name: 'a public path is so in any form',
    breaks: 'guard',
    file: authorize,
    edits: [['isCanonical && places.includes(raw)', 'places.includes(raw)']],
    test: 'src/http/guard/readings.test.ts',
  },
  {
    name: 'one permission of several is enough',
    breaks: 'guard',
    file: authorize,
    edits: [['needed.every((permission)', 'needed.some((permission)']],
    test: 'src/http/guard/guard.test.ts',
  },
  {
    name: 'who is here stays while tokens can not be read',
    breaks: 'guard',
    file: 'src/http/guard/open-streams.ts',
    edits: [['return false;', 'return true;']],
    test: 'src/http/guard/open-streams.test.ts',
  },
  {
    name: 'a name that begins like a loopback address is one',
    breaks: 'guard',
    file: hosts,
    edits: [
      ["if (isIPv4(name)) return name.startsWith('127.');", "if (name.startsWith('127.')) return true;"],
    ],
    test: 'src/http/guard/local.test.ts',
  },
  {
    name: 'of two Host headers the first counts',
    breaks: 'guard',
    file: hosts,
    edits: [['values.length !== 1', 'values.length === 0']],
    test: 'src/http/guard/local.test.ts',
  },
  {
    name: 'an origin that begins like one of the list is on it',
    breaks: 'guard',
    file: origins,
    edits: [['origins.includes(origin)', 'origins.some((one) => origin.startsWith(one))']],
    test: 'src/http/guard/local.test.ts',
  },
];
