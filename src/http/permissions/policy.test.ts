import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hardened } from './hardened.js';
import { readPath } from './path.js';
import { isMethod, type Method, type Policy } from './policy.js';
import { requiredPermissions } from './required.js';
import { specified } from './specified.js';

interface KnownRoute {
  method: Method;
  path: string;
  inferred: string[];
}

/** The agent's real routes at three versions, with what the specified rule infers for each. */
const versions: Record<string, KnownRoute[]> = JSON.parse(
  readFileSync(new URL('./fixtures/opencode-routes.json', import.meta.url), 'utf8'),
);
const [latest = []] = Object.values(versions).slice(-1);

function permissions(policy: Policy, method: Method, target: string, upgrade = false): readonly string[] {
  const path = readPath(target) ?? expect.fail(`${target} is no path`);
  return requiredPermissions(policy, method, path, upgrade);
}

/** As a client would send it: each parameter with a value in its place. */
const concrete = (path: string) => path.replace(/\{\w+\}/g, 'abc123').replace('*', 'src/main.ts');

describe.each(Object.entries(versions))('the specified rule, on every route of version %s', (_, routes) => {
  it.each(routes.map((route) => [route.method, route.path, route] as const))(
    'the specified rule gives the known permissions for %s %s',
    (method, path, route) => {
      expect(permissions(specified, method, concrete(path))).toEqual(route.inferred);
      // HEAD runs what GET runs.
      if (method === 'GET') expect(permissions(specified, 'HEAD', concrete(path))).toEqual(route.inferred);
    },
  );
});

describe('the hardened rule', () => {
  it.each(Object.entries(versions))(
    'the hardened rule never asks for less than the specified one, at version %s',
    (_, routes) => {
      for (const { method, path, inferred } of routes) {
        expect(permissions(hardened(), method, concrete(path))).toEqual(expect.arrayContaining(inferred));
      }
    },
  );

  it('the hardened rule asks for execute on all writes but three, and on reads that reveal files or settings', () => {
    const without = latest
      .filter(({ method, path }) => !permissions(hardened(), method, concrete(path)).includes('execute'))
      .map(({ method, path }) => `${method} ${path}`);
    expect(without.filter((route) => !route.startsWith('GET '))).toEqual([
      'POST /global/dispose',
      'POST /instance/dispose',
      'POST /log',
    ]);
    expect(without).not.toContain('GET /config/providers');
    expect(without).not.toContain('GET /file/content');
    expect(without).not.toContain('GET /api/fs/read/*');
    expect(without).not.toContain('GET /tui/control/next');
    expect(without).toEqual(expect.arrayContaining(['GET /event', 'GET /file', 'GET /mcp', 'GET /provider']));
  });

  it.each<[Method, string]>([
    ['POST', '/mcp'],
    ['PATCH', '/config'],
    ['POST', '/tui/submit-prompt'],
    ['POST', '/permission/1/reply'],
    ['PUT', '/auth/anthropic'],
    ['DELETE', '/auth/anthropic'],
    ['POST', '/base/mcp'],
    ['POST', '/%6dcp'],
    ['POST', '/mcp.json'],
    ['PATCH', '/config.x/1'],
    ['PATCH', '//config'],
  ])(
    'the hardened rule asks for execute where a route is as powerful, wherever it is mounted: %s %s',
    (method, target) => {
      expect(permissions(specified, method, target)).not.toContain('execute');
      expect(permissions(hardened(), method, target)).toContain('execute');
    },
  );

  it('the hardened rule with listSessions lets a reading token list the sessions, and nothing else', () => {
    const relaxed = hardened({ listSessions: true });
    for (const target of ['/session', '/session/', '/api/session', '/experimental/session?limit=1']) {
      expect(permissions(hardened(), 'GET', target)).toEqual(['read', 'execute']);
      expect(permissions(relaxed, 'GET', target)).toEqual(['read']);
    }
    const others = [
      '/session/1',
      '/session/1/message',
      '/session/1/session',
      '/session.x/session',
      '/pty.x/session',
      '/x/session.json',
      '/pty/session',
      '//session',
      '/session/.',
    ];
    for (const target of others) expect(permissions(relaxed, 'GET', target)).toEqual(['read', 'execute']);
    expect(permissions(relaxed, 'POST', '/session')).toEqual(['write', 'execute']);
    expect(permissions(relaxed, 'GET', '/session', true)).toEqual(['read', 'execute']);
    expect(permissions(relaxed, 'GET', '/')).toEqual(['read']);
  });
});

it('an upgrade needs execute, whatever the policy says', () => {
  expect(permissions(specified, 'GET', '/event', true)).toEqual(['read', 'execute']);
  expect(permissions(specified, 'POST', '/x', true)).toEqual(['write', 'execute']);
  expect(permissions(() => ['read'], 'GET', '/x', true)).toEqual(['read', 'execute']);
});

it('a policy that returns no permission is taken to need all of them', () => {
  expect(permissions(() => [], 'GET', '/x')).toEqual(['read', 'write', 'execute']);
});

it('a method is one of six, in upper case', () => {
  const others = [
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'QUERY',
    'PROPFIND',
    'get',
    'Post',
    '',
    'GET ',
    'constructor',
  ];
  expect(others.filter(isMethod)).toEqual([]);
});
