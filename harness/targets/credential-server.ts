import { setTimeout as sleep } from 'node:timers/promises';
import { createGuard } from '../../src/http/guard/guard.js';
import { type AppOptions, createApp } from '../../src/http/serve/app.js';
import { type Listening, listen } from '../../src/http/serve/listen.js';
import { openTokens } from '../../src/tokens/tokens.js';
import { tokenFileOf } from './run-token.js';

export interface ServerOptions extends Pick<AppOptions, 'store' | 'describe'> {
  /** Tries that port for a while; 0 takes any free one. */
  port: number;
  /** Whose token it lets in. */
  sandbox: string;
  /** Called for each request, around all that is done for it. */
  around: (request: Request, answer: () => Response | Promise<Response>) => Response | Promise<Response>;
}

/** The product's own server in front of the store of any target: the same routes, the same guard, real tokens. */
export async function serveCredentials(options: ServerOptions) {
  const { port, sandbox, around, ...app } = options;
  const tokens = openTokens({ file: tokenFileOf(sandbox) });
  const { fetch } = createApp({ ...app, guard: createGuard({ tokens }) });
  const server = await listenAt(port, (request, env) => around(request, () => fetch(request, env)));
  return {
    url: `http://127.0.0.1:${server.port}`,
    async close(): Promise<void> {
      await server.close();
      await tokens.close();
    },
  };
}

/** A server that was killed comes back at its port, which an outgoing connection of another process may hold for a moment. */
async function listenAt(port: number, fetch: Parameters<typeof listen>[0]): Promise<Listening> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await listen(fetch, { port, hostname: '127.0.0.1' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt >= 100) throw error;
      await sleep(50);
    }
  }
}
