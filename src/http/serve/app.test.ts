import { describe, expect, it, vi } from 'vitest';
import { readPath } from '../permissions/path.js';
import type { Method } from '../permissions/policy.js';
import { specified } from '../permissions/specified.js';
import { openPaths } from './app.js';
import { openApi } from './openapi.js';
import { newServer } from './serve.test.helper.js';

const secret = 'CANARY-key-1234567890-wxyz';
const entry = { type: 'api', key: secret } as const;

describe('the credentials', () => {
  it('a credential is stored, read and removed, and each change is in the store when it is answered', async () => {
    const { ask, store, tokens } = await newServer();
    const token = tokens.add('read', 'write', 'execute');
    expect(await ask(token, 'PUT', '/auth/anthropic', entry)).toMatchObject({ status: 200, text: 'true' });
    expect(await store.all()).toEqual({ anthropic: entry });
    expect((await ask(token, 'GET', '/auth?reveal=true')).json()).toEqual({ anthropic: entry });
    expect((await ask(token, 'GET', '/auth/anthropic?reveal=true')).json()).toEqual(entry);
    expect(await ask(token, 'DELETE', '/auth/anthropic')).toMatchObject({ status: 200, text: 'true' });
    expect(await store.all()).toEqual({});
    expect(await ask(token, 'GET', '/auth/anthropic')).toMatchObject({ status: 404 });
  });

  it('a credential has the name that the agent gives it, also an address with slashes', async () => {
    const { ask, store, tokens } = await newServer();
    const token = tokens.add('read', 'write');
    await ask(token, 'PUT', '/auth/https%3A%2F%2Fexample.com%2F', entry);
    expect(Object.keys(await store.all())).toEqual(['https://example.com']);
    expect(await ask(token, 'GET', '/auth/https%3A%2F%2Fexample.com')).toMatchObject({ status: 200 });
    await ask(token, 'DELETE', '/auth/https%3A%2F%2Fexample.com');
    expect(await store.all()).toEqual({});
  });

  it('a credential is shown without its secrets, unless the token may execute and asks for them', async () => {
    const { ask, store, tokens } = await newServer();
    await store.set('anthropic', entry);
    const reader = tokens.add('read');
    const executor = tokens.add('read', 'execute');
    for (const [token, target] of [
      [reader, '/auth'],
      [reader, '/auth/anthropic'],
      [reader, '/auth?reveal=false'],
      [executor, '/auth'],
      [executor, '/auth/anthropic'],
    ] as const) {
      const { status, text } = await ask(token, 'GET', target);
      expect(status).toBe(200);
      expect(text).toContain('********wxyz');
      expect(text).not.toContain('CANARY');
    }
    for (const target of ['/auth?reveal=true', '/auth/anthropic?reveal=true']) {
      const { status, headers, text } = await ask(reader, 'GET', target);
      expect(status).toBe(403);
      expect(headers.get('www-authenticate')).toContain('scope="read execute"');
      expect(text).not.toContain('CANARY');
      expect((await ask(executor, 'GET', target)).text).toContain(secret);
    }
  });

  it.each([
    ['GET', '/auth', 'write'],
    ['PUT', '/auth/a', 'read'],
    ['DELETE', '/auth/a', 'read'],
    ['GET', '/event', 'write'],
    ['GET', '/doc', 'write'],
  ] as const)('the request %s %s is refused without its permission', async (method, target, permission) => {
    const { ask, store, tokens } = await newServer();
    await store.set('a', entry);
    expect(await ask(undefined, method, target)).toMatchObject({ status: 401 });
    const token = tokens.add(permission);
    const body = method === 'PUT' ? { ...entry, key: 'other' } : undefined;
    expect(await ask(token, method, target, body)).toMatchObject({ status: 403 });
    expect(await store.all()).toEqual({ a: entry });
  });

  it('an answer with credentials has Cache-Control: no-store', async () => {
    const { ask, tokens } = await newServer();
    expect((await ask(tokens.add('read'), 'GET', '/auth')).headers.get('cache-control')).toBe('no-store');
  });
});

describe("a body that can't be stored", () => {
  it.each([
    ['no JSON', `{"type":"api","key":"${secret}`],
    ['no JSON, which a parser would quote', secret],
    ['no credential', { type: 'api', key: { secret } }],
    ['of an unknown type', { type: secret }],
    ['nothing', ''],
  ])('a bad body is refused, and the answer does not repeat it: %s', async (_, body) => {
    const { ask, store, tokens } = await newServer();
    const answer = await ask(tokens.add('write'), 'PUT', '/auth/a', body);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ error: expect.any(String), error_description: expect.any(String) });
    expect(answer.text).not.toContain('CANARY');
    expect(await store.all()).toEqual({});
  });

  it('a bad credential is refused before it reaches any store', async () => {
    const set = vi.fn(async () => {});
    const nothing = async () => ({});
    const { ask, tokens } = await newServer({ store: { get: nothing, all: nothing, remove: set, set } });
    expect(await ask(tokens.add('write'), 'PUT', '/auth/a', { type: 'unknown' })).toMatchObject({
      status: 400,
    });
    expect(set).not.toHaveBeenCalled();
  });

  it('a body that is too large is refused', async () => {
    const { ask, tokens } = await newServer();
    const answer = await ask(tokens.add('write'), 'PUT', '/auth/a', { ...entry, key: 'x'.repeat(2 ** 20) });
    expect(answer).toMatchObject({ status: 413 });
    expect(answer.json()).toMatchObject({ error: 'too_large' });
  });
});

describe('a failure', () => {
  it('a failure of the store is answered with its code, and with whether the change may have happened', async () => {
    const { ask, store, tokens } = await newServer();
    await store.close();
    const answer = await ask(tokens.add('write'), 'PUT', '/auth/a', entry);
    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({ error: 'E_CLOSED', definite: true });
  });

  it('the text of any other failure goes to the server alone', async () => {
    const broken = async () => {
      throw new Error(secret);
    };
    const { ask, tokens, failures } = await newServer({
      store: { get: broken, all: broken, set: broken, remove: broken },
      describe: () => ({ definite: false }),
    });
    const answer = await ask(tokens.add('write'), 'DELETE', '/auth/a');
    expect(answer.status).toBe(500);
    expect(answer.json()).toEqual({
      error: 'internal_error',
      error_description: expect.any(String),
      definite: false,
    });
    expect(failures).toEqual([expect.objectContaining({ message: secret })]);
  });
});

it('the health check needs no token, and returns nothing else', async () => {
  const { ask } = await newServer();
  expect(await ask(undefined, 'GET', '/global/health')).toMatchObject({
    status: 200,
    text: '{"healthy":true}',
  });
});

it("a store that can't be watched has no events", async () => {
  const nothing = async () => ({});
  const store = { get: nothing, all: nothing, set: async () => {}, remove: async () => {} };
  const { ask, tokens } = await newServer({ store });
  expect(await ask(tokens.add('read'), 'GET', '/event')).toMatchObject({ status: 404 });
});

describe('GET /doc', () => {
  const documented = Object.entries(openApi.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => method !== 'parameters')
      .map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
  );

  it('the document has every route of the server, and no other', async () => {
    const { app, ask, tokens } = await newServer();
    const served = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(':id', '{providerID}')}`);
    expect(documented.map(({ route }) => route).toSorted()).toEqual([...new Set(served)].toSorted());
    expect((await ask(tokens.add('read'), 'GET', '/doc')).json()).toEqual(openApi);
  });

  it('the document has the permissions that each route needs', () => {
    for (const { route, operation } of documented) {
      const [method = '', path = ''] = route.split(' ');
      const { segments, words } = readPath(path.replace('{providerID}', 'a')) ?? expect.fail();
      const needed = specified({ method: method as Method, segments, words });
      const { security } = operation as { security: readonly { token: readonly string[] }[] };
      if (openPaths.includes(path)) expect(security).toEqual([]);
      else expect(security).toEqual([{ token: path === '/ticket' ? [] : needed }]);
    }
  });
});
