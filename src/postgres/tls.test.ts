import { describe, expect, it, onTestFinished } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore } from '../index.js';
import { eventually } from '../waiting.test.helper.js';
import { postgres } from './index.js';
import {
  lacksPostgres,
  newCertificate,
  newServer,
  type SharedServer,
  sharedServer,
} from './server.test.helper.js';

describe.skipIf(lacksPostgres())('a store on PostgreSQL by TLS', () => {
  const at = (server: SharedServer, name: string, ca?: Buffer) => {
    const options = { ...server.options(), hosts: [server.host.replace('127.0.0.1', name)] };
    const store = openStore(postgres({ ...options, tls: ca ? { ca } : {} }));
    onTestFinished(() => store.close());
    return store;
  };

  it('is read, written, watched and closed, and a server that nobody vouches for, or of another name, gets nothing', async () => {
    const { ca, flags } = newCertificate();
    const server = await newServer(flags);
    const store = at(server, 'localhost', ca);
    const seen: unknown[] = [];
    // What was set before it has begun is no change.
    await new Promise<void>((onBegin) => store.watch((change) => void seen.push(change), { onBegin }));
    await store.set('a', 1);
    await eventually(() => expect(JSON.stringify(seen)).toContain('"a"'));
    await store.close();
    for (const [other, reason] of [
      [at(server, 'localhost'), /SELF_SIGNED/],
      [at(server, '127.0.0.1', ca), /ALTNAME_INVALID/],
    ] as const) {
      const error = await failureOf(() => other.get('a', { deadlineMs: 500 }));
      expect([error.code, error.definite]).toEqual(['E_UNAVAILABLE', true]);
      expect(error.message).toMatch(reason);
    }
  });

  it('sends nothing to a server that takes no TLS', async () => {
    const store = at(await sharedServer(), '127.0.0.1');
    const error = await failureOf(() => store.set('a', 1, { deadlineMs: 2000 }));
    expect(error.message).toContain('it takes no TLS');
  });
});
