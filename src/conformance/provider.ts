import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const expired = { type: 'oauth', access: 'access-0', refresh: 'refresh-0', expires: 1 };

export const isFresh = (value: unknown) => (value as typeof expired).expires > 1;

/** A provider as most are: a refresh token may be spent once, and brings the next one. */
export async function newProvider() {
  const spent: string[] = [];
  const server = createServer((request, response) => {
    const token = decodeURIComponent(request.url?.slice(1) ?? '');
    const isGood = token === `refresh-${spent.length}`;
    spent.push(token);
    const next = {
      ...expired,
      access: `access-${spent.length}`,
      refresh: `refresh-${spent.length}`,
      expires: 4e12,
    };
    // Time for a second request to come.
    setTimeout(() => {
      response.writeHead(isGood ? 200 : 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isGood ? next : { error: 'invalid_grant' }));
    }, 100);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spent,
    close: () => server.close(),
  };
}

export async function fetchToken(url: string, old: unknown): Promise<unknown> {
  const token = (old as typeof expired).refresh;
  const response = await fetch(`${url}/${encodeURIComponent(token)}`, { headers: { connection: 'close' } });
  if (!response.ok) throw new Error('invalid_grant');
  return response.json();
}
