import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore } from '../index.js';
import { eventually } from '../waiting.test.helper.js';
import { etcd } from './index.js';

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
