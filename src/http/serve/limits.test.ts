import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newServer } from './serve.test.helper.js';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const credential = (more: string) => `{"type":"api","key":"CANARY-key-1234567890-wxyz","more":${more}}`;

describe('a credential that exceeds the limits of an entry', () => {
  it.each([
    ['33 levels', credential(nested(32)), 400],
    ['3,600 levels', credential(nested(3_600)), 400],
    ['70,000 levels', credential(nested(70_000)), 400],
    ['500,000 levels, of anything', nested(500_000), 400],
    ['500,000 levels that do not end', '['.repeat(500_000), 400],
    ['256 KiB', credential(`"${'x'.repeat(256 * 1024)}"`), 400],
    ['a MiB', credential(`"${'x'.repeat(1024 * 1024)}"`), 413],
  ])('a credential beyond the limits is refused: %s', async (_, body, status) => {
    const { ask, store, tokens } = await newServer();
    const answer = await ask(tokens.add('write'), 'PUT', '/auth/a', body);
    expect(answer.status).toBe(status);
    const { error, error_description } = answer.json();
    expect(error).toMatch(/^(E_INPUT|invalid_request|too_large)$/);
    expect(error_description).toMatch(/\w+ \w+/);
    expect(answer.text).not.toContain('CANARY');
    expect(await store.all()).toEqual({});
  });

  it('a body without a length is refused, too, when it is too large', async () => {
    const { url, tokens } = await newServer();
    const chunk = new TextEncoder().encode('x'.repeat(64 * 1024));
    const body = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 20; n++) controller.enqueue(chunk);
        controller.close();
      },
    });
    const headers = { authorization: `Bearer ${tokens.add('write')}` };
    const options = { method: 'PUT', headers, body, duplex: 'half' };
    const answer = await fetch(`${url}/auth/a`, options as RequestInit);
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: 'too_large', error_description: expect.any(String) });
  });

  it('a credential just within the limits is stored', async () => {
    const { ask, store, tokens } = await newServer();
    const answer = await ask(tokens.add('write'), 'PUT', '/auth/a', credential(nested(31)));
    expect(answer).toMatchObject({ status: 200 });
    expect(await store.get('a')).toHaveProperty('more');
  });
});

describe('an entry of 4,000 levels that is already in the file', () => {
  const deep = credential(nested(4_000));

  it('a deep entry is shown, with and without secrets, and other entries can be read', async () => {
    const { ask, file, tokens } = await newServer();
    writeFileSync(file, `{"deep": ${deep}, "b": {"type":"api","key":"k"}}`);
    const token = tokens.add('read', 'execute');
    for (const target of ['/auth', '/auth?reveal=true']) {
      const answer = await ask(token, 'GET', target);
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.json())).toEqual(['deep', 'b']);
    }
    for (const target of ['/auth/deep', '/auth/deep?reveal=true', '/auth/b'])
      expect(await ask(token, 'GET', target)).toMatchObject({ status: 200 });
    expect((await ask(token, 'GET', '/auth/deep')).text).not.toContain('CANARY');
    expect((await ask(token, 'GET', '/auth/deep?reveal=true')).text).toContain('CANARY');
  });

  it('a deep entry stays as it is when others are changed, and can be removed', async () => {
    const { ask, file, tokens } = await newServer();
    writeFileSync(file, `{"deep": ${deep}}`);
    const token = tokens.add('read', 'write');
    expect(await ask(token, 'PUT', '/auth/b', { type: 'api', key: 'k' })).toMatchObject({ status: 200 });
    expect(readFileSync(file, 'utf8')).toContain(`"deep": ${deep}`);
    expect(await ask(token, 'DELETE', '/auth/deep')).toMatchObject({ status: 200 });
    expect(Object.keys((await ask(token, 'GET', '/auth')).json())).toEqual(['b']);
  });
});
