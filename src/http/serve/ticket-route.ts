import type { Context } from 'hono';
import * as v from 'valibot';
import { toResponse } from '../adapters/fetch.js';
import type { GuardedEnv } from '../adapters/hono.js';
import type { Guard } from '../guard/guard.js';
import { problem } from './failures.js';

const Errand = v.object({ path: v.string(), upgrade: v.optional(v.boolean(), false) });

/** Issues tickets: `{ path, upgrade? }` -> `{ ticket, expiresInSeconds }`. The client sends one as `?ticket=` to that path. */
export function ticketRoute(guard: Guard) {
  return async (context: Context<GuardedEnv>): Promise<Response> => {
    const { token } = context.var;
    const { success, output } = v.safeParse(Errand, await context.req.json().catch(() => undefined));
    if (!success || !token) {
      return problem(context, 400, 'invalid_request', 'expected { "path": "/event", "upgrade": false }');
    }
    const issued = guard.issueTicket(token, output);
    return 'ticket' in issued ? context.json(issued) : toResponse(issued);
  };
}
