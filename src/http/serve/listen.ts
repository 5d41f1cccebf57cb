import { once, setMaxListeners } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

export interface Listening {
  /** The port that was given, or a free one for 0. */
  port: number;
  /** Accepts nothing new, and waits up to 5 seconds for responses under way. */
  close(): Promise<void>;
}

const graceMs = 5000;

/** Serves a fetch function. @throws the error of node:net, `EADDRINUSE` and others */
export async function listen(
  fetch: Parameters<typeof createAdaptorServer>[0]['fetch'],
  { port, hostname }: { port: number; hostname: string },
): Promise<Listening> {
  const server = createAdaptorServer({ fetch }) as Server;
  const underWay = new Set<ServerResponse>();
  server.on('request', (_, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
  });
  server.listen(port, hostname);
  // Rejects with the error, if there is one.
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      // Not for ever: a client may never read to the end.
      const limit = AbortSignal.timeout(graceMs);
      // One for each response: that they are many is no leak.
      setMaxListeners(0, limit);
      while (underWay.size > 0 && !limit.aborted) {
        const ends = [...underWay].map((response) => once(response, 'close', { signal: limit }));
        await Promise.allSettled(ends);
      }
      // Connections that are kept for a next request, or have not sent a first one, would keep the server open.
      server.closeAllConnections();
      await closed;
    },
  };
}
