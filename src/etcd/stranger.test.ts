import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore } from '../index.js';
import { etcd } from './index.js';

it.each([
  ['a page', 200, '<html>CANARY</html>', /its answer is not JSON \(HTTP 200\): is it etcd\?/],
  ['another object', 200, '{"ok":"CANARY"}', /its answer is not one of etcd/],
  ['null', 200, 'null', /its answer is not one of etcd/],
  ['an error that quotes the request', 500, '{"message":"CANARY"}', /code 2/],
  ['a refusal that quotes the request', 400, '{"code":3,"message":"CANARY"}', /refused: code 3/],
])(
  'a server that answers with %s is not taken for etcd, and nothing of what it says is repeated',
  async (_, status, text, said) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status).end(text);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
    });
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const store = openStore(etcd({ endpoints: [endpoint], prefix: 'a' }), { deadlineMs: 700 });
    onTestFinished(() => store.close());
    const read = await failureOf(() => store.get('a'));
    expect(read.message).toMatch(said);
    const write = await failureOf(() => store.set('a', 1));
    expect([read, write].map((error) => `${error.stack}`).join()).not.toMatch(/CANARY/);
    expect([read.definite, write.definite]).toEqual([true, true]);
  },
);
