import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

export interface Listening {
  /** The port that was given, or a free one for 0. */
  port: number;
  /** Lets what is under way finish, for a time, and takes up nothing new. */
  close(): Promise<void>;
}

const graceMs = 5000;

/** Serves a fetch function. @throws the error of node:net, `EADDRINUSE` and others */
export async function listen(
  fetch: Parameters<typeof createAdaptorServer>[0]['fetch'],
  { port, hostname }: { port: number; hostname: string },
): Promise<Listening> {
  const server = createAdaptorServer({ fetch }) as Server;
  server.listen(port, hostname);
  // Rejects with the error, if there is one.
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection that is kept for a next request would keep the server open for ever, and a request that hangs for as long.
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const late = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
