import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import type { Context } from 'hono';
import { expect, it } from 'vitest';
import { createAuth } from '../../../credentials/auth.js';
import { failureResponse } from '../../../http/serve/failures.js';
import { aWhile, patient } from '../../../waiting.test.helper.js';
import { allTextOf, failureOf, newFile, obstruct, strangersIntent } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';

const secret = { type: 'api' as const, key: 'CANARY' };
const shown = (value: unknown) =>
  [inspect(value, { depth: 10, showHidden: true }), JSON.stringify(value), String(value)].join('\n');

it('a store shows its file and state and no values, even while commits and refreshes wait', async () => {
  const file = newFile();
  const store = openStore(file, { leaseMs: 3_600_000, ...patient });
  await store.set('a', secret);
  await store.get('a');
  const end = store.watch(() => {});
  const intent = strangersIntent(file);
  mkdirSync(intent, { recursive: true });
  const waiting = [
    store.set('b', secret),
    store.update('c', () => secret),
    store.refresh(
      'a',
      () => false,
      () => secret,
    ),
  ];
  for (let turn = 0; turn < 20; turn++) {
    await aWhile(5);
    expect(shown(store)).not.toContain('CANARY');
    expect(shown(createAuth({ store }))).not.toContain('CANARY');
  }
  rmSync(intent, { recursive: true });
  await Promise.all(waiting);
  end();
  expect(inspect(store)).toContain(JSON.stringify(file));
  expect(inspect({ store })).toContain('open');
  await store.close();
  expect(inspect(store)).toContain('closed');
});

it("an error shows only the kind of a cause that is the caller's own", async () => {
  const store = openStore(newFile());
  await store.set('a', secret);
  class RequestError extends Error {
    body = 'CANARY';
  }
  const refresh = store.refresh(
    'a',
    () => false,
    () => {
      throw new RequestError('CANARY');
    },
  );
  const error = await failureOf(refresh);
  expect(error.cause).toBeInstanceOf(RequestError);
  expect(allTextOf(error)).not.toContain('CANARY');
  expect(allTextOf(error)).toContain('RequestError');
  const aborted = await failureOf(store.get('a', { signal: AbortSignal.abort('CANARY') }));
  expect(allTextOf(aborted)).not.toContain('CANARY');
});

it('an error with the answer of a refresh gives it to the caller alone, as a new copy each time', async () => {
  const file = newFile();
  const store = openStore(file, { leaseMs: 3_600_000, deadlineMs: 100 });
  await store.set('a', { type: 'api', key: 'old' });
  const refresh = store.refresh(
    'a',
    () => false,
    async () => {
      await obstruct(file);
      return secret;
    },
  );
  const error = await failureOf(refresh);
  expect(error).toMatchObject({ code: 'E_TIMEOUT', definite: false, answer: secret });
  expect(error.answer).not.toBe(error.answer);
  const copied = JSON.stringify([
    { ...error },
    Object.getOwnPropertyDescriptors(error),
    structuredClone(error),
  ]);
  const plain = inspect(error, { customInspect: false, showHidden: true, depth: 10 });
  const wrapped = inspect(new Error('it failed', { cause: error }), { showHidden: true, depth: 10 });
  const answered = await failureResponse(
    { header: () => {}, json: (body: unknown) => body } as unknown as Context,
    error,
  );
  for (const text of [allTextOf(error), copied, plain, wrapped, JSON.stringify(answered)])
    expect(text).not.toContain('CANARY');
});

it('an error shows its own properties and the refusal of the system', async () => {
  const file = newFile();
  writeFileSync(`${file}.intents`, 'a file where the directory should be');
  const error = await failureOf(openStore(file).set('a', secret));
  expect(inspect(error)).toContain("code: 'E_IO'");
  expect(inspect(error)).toContain('cause: Error: ENOTDIR');
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({
    code: 'E_IO',
    definite: true,
    file: `${file}.intents`,
    message: error.message,
  });
});
