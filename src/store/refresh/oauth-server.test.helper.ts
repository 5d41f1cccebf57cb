import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Credential {
  type: 'oauth';
  access: string;
  refresh: string;
  expires: number;
}

/** A provider as most are: a refresh token may be spent once, and brings the next one. */
export async function newProvider(account = 'account') {
  let number = 0;
  /** Each refresh token that ever came, in order, and whether it was good. */
  const requests: { refresh: string; granted: boolean }[] = [];
  /** Refuses all, whatever they bring. */
  let isDown = false;
  const issue = (expires: number): Credential => ({
    type: 'oauth',
    access: `${account}-access-${number}`,
    refresh: `${account}-refresh-${number}`,
    expires,
  });
  const server = createServer(async (request, response) => {
    const refresh =
      new URLSearchParams(Buffer.concat(await request.toArray()).toString()).get('refresh_token') ?? '';
    const granted = !isDown && refresh === `${account}-refresh-${number}`;
    requests.push({ refresh, granted });
    if (granted) number++;
    // Time for a second caller to come.
    setTimeout(() => {
      response.writeHead(granted ? 200 : 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify(granted ? issue(4e12) : { error: 'invalid_grant' }));
    }, 100);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    requests,
    /** A login: a credential that is expired already. */
    expired: () => issue(1),
    /** What the last refresh has brought. */
    current: () => issue(4e12),
    goDown: () => {
      isDown = true;
    },
  };
}
