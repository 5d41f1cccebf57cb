import { type Permission, permissions } from '../../tokens/permissions.js';
import { madeUpToken } from './fixtures/verifier.js';
import { Random } from './random.test.helper.js';

/** One request as it goes over the wire. */
export interface Variant {
  method: string;
  target: string;
  /** All lines but Host and Connection. */
  headers: readonly string[];
  upgrade: boolean;
  /** Of its token. Where it has two credentials, it must not be let in at all by the better one. */
  may: readonly Permission[];
}

const places = [
  '/pty',
  '/pty/1',
  '/session',
  '/session/a1/message',
  '/message/',
  '/api/pty',
  '/api/session/a1',
];
const free = ['/event', '/x', '/x/1', '/sessions', '/ptyx', '/', '/base', '/files/a.b'];
const holders: readonly Permission[][] = [
  ['read'],
  ['write'],
  ['read', 'write'],
  ['read', 'execute'],
  ['execute'],
];
const odd = ['OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'PURGE', 'CONNECT', 'get', 'Post', 'FOO', 'M-SEARCH'];

/** What some readers drop: a null, white space, characters of no width. */
const hidden = ['%00', '%09', '%0A', '%20', '%E2%80%8B', '%C2%AD', '%2500'];

/** Ways to write a path that some router takes for the same. Each is applied at a random place. */
const changes: ((path: string, random: Random) => string)[] = [
  (path, random) => atLetter(path, random, (letter) => escapeOf(letter)),
  (path, random) => atLetter(path, random, (letter) => escapeOf(letter).toLowerCase()),
  (path, random) => atLetter(path, random, (letter) => escapeOf(letter).replace('%', '%25')),
  (path, random) => atLetter(path, random, (letter) => escapeOf(letter).replace('%', '%2525')),
  (path, random) => atLetter(path, random, (letter) => escapeOf(letter).replace('%', '%u00')),
  (path, random) => atLetter(path, random, (letter) => letter.toUpperCase()),
  (path, random) => atLetter(path, random, (letter) => letter + random.pick(hidden)),
  (path) => path.toUpperCase(),
  (path) => [...path].map((letter) => (letter === '/' ? letter : escapeOf(letter))).join(''),
  (path, random) =>
    atSlash(path, random, random.pick(['//', '///', '/./', '/x/../', '/.//', '/;/', '/;a=b/', '/%2e/'])),
  (path, random) =>
    atSlash(path, random, random.pick(['/x/%2e%2e/', '/x/.%2E/', '/x/..;/', '/..;/', '/%2e%2e/', '/../'])),
  (path, random) =>
    atSlash(path, random, random.pick(['%2F', '%2f', '%252F', '\\', '%5C', '/\\', '\\/', '/%00/', '/ /'])),
  (path, random) =>
    path + random.pick(['/', '//', '/.', '/./', '/..', '/../', '/x/..', '/x/../..', '%2F', '%2e', '.']),
  (path, random) =>
    path +
    random.pick([
      ';',
      ';a=b',
      ';/',
      '%3B',
      '.json',
      '.x/1',
      '.',
      '~',
      '*',
      ',',
      '%20',
      '%00',
      '%09',
      '%0A',
      '%0d',
    ]),
  (path, random) =>
    path + random.pick(['?', '?a=/x', '#', '#x', '%23', '%3F', '%3Fa', '\\', '%5C', '%ff', '%', '%7', '&a']),
  (path, random) =>
    random.pick(['/', '/.', '/x/..', '/x/%2e%2e', '/%2e', '\\', '/\\', '/;', '/%2F', '/%20', '/%00']) + path,
  (path, random) =>
    random.pick(['/base', '/mounted', '/BASE', '/mounted/x/..', '/base/', '/%62ase', '/mounted//']) + path,
  (path, random) =>
    random.pick(['http://127.0.0.1', 'http://evil.example', 'HTTP://localhost:1', '//evil.example']) + path,
  (path, random) =>
    atSlash(
      path,
      random,
      random.pick(['.x/', '.json/', '../', '.%78/', './', '#/', '#/../', '#?/../', '%23/../']),
    ),
  (path, random) => random.pick(['/x#/..', '/free#/../', '/event#/..', '/x#', '/#/../..', '/x?#/..']) + path,
  (path, random) =>
    random.pick(['/session/../', '/pty/..', '/session/%2e%2e', '/message/../x/../']) +
    path.replace(/^\//, ''),
];

function escapeOf(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function atLetter(path: string, random: Random, change: (letter: string) => string): string {
  const at = random.int(0, Math.max(0, path.length - 1));
  const letter = path.charAt(at);
  return /[a-z]/i.test(letter) ? path.slice(0, at) + change(letter) + path.slice(at + 1) : path;
}

function atSlash(path: string, random: Random, instead: string): string {
  const slashes = [...path.matchAll(/\//g)].map(({ index }) => index);
  const at = slashes.length > 0 ? random.pick(slashes) : 0;
  return path.slice(0, at) + instead + path.slice(at + 1);
}

/** Headers that other servers take for the method or the path. */
const overrides = [
  'X-HTTP-Method-Override: GET',
  'X-HTTP-Method: GET',
  'X-Method-Override: POST',
  'X-Original-URL: /x',
  'X-Rewrite-URL: /x',
  'X-Forwarded-Prefix: /x',
  'X-Forwarded-Host: localhost',
  'X-Forwarded-Path: /x',
];
const upgrades = [
  'Upgrade: websocket',
  'upgrade: WebSocket',
  'Upgrade: foo',
  'Upgrade: h2c',
  'Upgrade: h2c, websocket',
];

function authorization(token: string, random: Random): string[] {
  const line = `Authorization: Bearer ${token}`;
  return random.pick([
    ...Array.from({ length: 12 }, () => [line]),
    [`authorization: bearer   ${token}`],
    [line, line],
    ['Authorization: Basic dXNlcjpwYXNz', line],
    [line, `Authorization: Bearer ${madeUpToken(permissions)}`],
    [`Authorization: Bearer ${madeUpToken(permissions)}`, line],
    [`Authorization: Bearer ${token},made-up.read.write.execute`],
    [`Authorization:Bearer\t${token}`],
    [`Authorization: Basic ${token}`],
    [],
  ]);
}

/** As many as asked for, drawn from the grammar: the same for the same seed. */
export function generated(count: number, seed: number): Variant[] {
  const random = new Random(seed);
  const all = new Map<string, Variant>();
  while (all.size < count) {
    let target = random.pick(random.oneIn(5) ? free : places);
    for (let n = random.int(0, 3); n > 0; n--) target = random.pick(changes)(target, random);
    // A line that is none any more is no request: the parser's business.
    if (/[\r\n]/.test(target)) continue;
    const method = random.oneIn(8)
      ? random.pick(odd)
      : random.pick(['GET', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
    const may = random.pick(holders);
    const upgrade = random.oneIn(10);
    const headers = [
      ...authorization(madeUpToken(may), random),
      ...(random.oneIn(4) ? [random.pick(overrides)] : []),
      ...(upgrade ? [random.pick(upgrades)] : []),
    ];
    const variant = { method, target, headers, upgrade, may };
    all.set(JSON.stringify([method, target, headers]), variant);
  }
  return [...all.values()];
}

/** The rows of known bypasses, each by hand, with a token that may only read, and with one that may read and write. */
export function handMade(): Variant[] {
  const targets = [
    ...[
      '/pty',
      '/pty/',
      '//pty',
      '/%70ty',
      '/pt%79',
      '/PTY',
      '/Pty',
      '/x/../pty',
      '/%2e%2e/pty',
      '/session/../pty',
    ],
    ...[
      '/session/../x',
      '/session/%2e%2e/x',
      '/pty%2F',
      '/%2Fpty',
      '/x/..%2fpty',
      '/%2570ty',
      '/pty;a=b',
      '/;/pty',
    ],
    ...[
      '/pty%00',
      '/pty%20',
      '/pty.json',
      '/pty.x/1',
      '/pty.tar.gz',
      '/PTY.json?a',
      '/base/pty.json',
      '/x',
      '/x/1?a=b',
      '/files/a.b',
      '/x#/../pty',
      '/x#/../pty/1.html',
      '/event#/..#/../pty',
      '/x#?/../pty',
      '/x\\..\\pty',
      '/pty\\',
      '/pty#x',
      'http://evil.example/pty',
      'pty',
      '?/pty',
    ],
    ...[
      '\\pty',
      '/ptyx',
      '/sessions',
      '*',
      '/mounted/pty',
      '/mounted//pty',
      '/mounted/%70ty',
      '/mounted/x/../pty',
    ],
    ...[
      '/mounted/../pty',
      '/base/pty',
      '/base//pty',
      '/base/../pty',
      '//evil.example/pty',
      '///pty',
      '/.//pty',
    ],
    ...[
      '/pty?ticket=x',
      '/pty?access_token=made-up.read.write.execute',
      '/x?a=/pty',
      '/%E2%80%8Bpty',
      '/ＰＴＹ',
    ],
  ];
  const methods = ['GET', 'HEAD', 'POST', 'OPTIONS', 'TRACE', 'get', 'QUERY'];
  return targets.flatMap((target) =>
    methods.flatMap((method) =>
      [['read'], ['read', 'write']].map((may) => {
        const holds = may as Permission[];
        const headers = [`Authorization: Bearer ${madeUpToken(holds)}`];
        return { method, target, headers, upgrade: false, may: holds };
      }),
    ),
  );
}
