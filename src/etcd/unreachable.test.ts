import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore } from '../index.js';
import { eventually } from '../waiting.test.helper.js';
import { Etcd } from './client.js';
import { etcd } from './index.js';
import { settingsOf } from './options.js';

it.each([
  [
    'throws',
    () => {
      throw new Error('CANARY');
    },
    /has failed \(by an error of its own\)/,
  ],
  ['rejects', () => Promise.reject(new Error('CANARY')), /has failed \(by an error of its own\)/],
  ['reads a file that is gone', () => readFileSync('/nowhere/password', 'utf8'), /has failed \(ENOENT\)/],
  ['never answers', () => new Promise<string>(() => {}), /has not answered in time/],
])(
  'where the function for the password %s, calls end by their deadlines, and nothing of its error is repeated',
  async (_, password, said) => {
    const user = { name: 'u', password };
    const engine = etcd({ endpoints: ['http://127.0.0.1:1'], prefix: 'x', user, attemptMs: 10 });
    const store = openStore(engine, { deadlineMs: 100 });
    onTestFinished(() => store.close());
    await eventually(async () => expect((await failureOf(() => store.set('a', 1))).message).toMatch(said));
    for (const call of [() => store.get('a'), () => store.set('a', 1)]) {
      const error = await failureOf(call);
      expect([error.code, error.definite]).toEqual(['E_UNAVAILABLE', true]);
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/CANARY/);
    }
  },
);

it('a commit ends by its own deadline, though the one before it has more time and finds no member', async () => {
  const { backend } = etcd({ endpoints: ['http://127.0.0.1:1'], prefix: 'x' }).open();
  const ended: string[] = [];
  const end = (name: string) => () => void ended.push(name);
  const first = backend.rewrite(() => true, performance.now() + 1500).catch(end('first'));
  const second = failureOf(() => backend.transact([{ key: 'a', raw: '1' }], performance.now() + 50));
  second.then(end('second'), () => {});
  const error = await second;
  await first;
  expect([error.code, error.definite, ...ended]).toEqual(['E_TIMEOUT', true, 'second', 'first']);
  await backend.close();
});

it('the reason that a member has given is told, also where the deadline cuts the next try short', async () => {
  let asked = 0;
  const member = createServer((request) => {
    // The first request is refused. The next ones are never answered.
    if (asked++ === 0) request.socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(member, 'listening');
  onTestFinished(() => void member.close());
  const { port } = member.address() as AddressInfo;
  const endpoints = [`http://127.0.0.1:${port}`];
  const client = new Etcd(settingsOf({ endpoints, prefix: 'x', attemptMs: 1000 }));
  // The second try may take twice as long as the first one, which is more than is left.
  const call = client.call('/v3/kv/range', {}, performance.now() + 1500);
  await expect(call).rejects.toThrow('socket hang up');
  expect(asked).toBeGreaterThan(1);
});
