import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { maskEntry } from '../../credentials/mask.js';
import { validate } from '../../credentials/schema.js';
import { toResponse } from '../adapters/fetch.js';
import type { GuardedEnv } from '../adapters/hono.js';
import type { Guard } from '../guard/guard.js';
import type { CredentialStore } from './app.js';
import { problem } from './failures.js';

/**
 * The credential routes. `read` shows the entries with their secrets masked. The secrets themselves, `?reveal=true`, need `execute`,
 * too: a client that may run code on this machine could open the file anyway.
 */
export function authRoutes(store: CredentialStore, guard: Guard): Hono<GuardedEnv> {
  const routes = new Hono<GuardedEnv>();

  routes.get('/', async (context) => {
    const { refusal, show } = viewOf(context, guard);
    if (refusal) return refusal;
    const entries = Object.entries(await store.all()).map(([id, entry]) => [id, show(entry)]);
    // `fromEntries` defines each as its own, so `__proto__` is an entry like any other.
    return context.json(Object.fromEntries(entries));
  });

  routes.get('/:id', async (context) => {
    const { refusal, show } = viewOf(context, guard);
    if (refusal) return refusal;
    const entry = await store.get(context.req.param('id'));
    if (entry === undefined) return problem(context, 404, 'not_found', 'there is no credential of that name');
    return context.json(show(entry));
  });

  routes.put('/:id', async (context) => {
    await store.set(context.req.param('id'), validate(await bodyOf(context)));
    return context.json(true);
  });

  routes.delete('/:id', async (context) => {
    await store.remove(context.req.param('id'));
    return context.json(true);
  });

  return routes;
}

/** How entries are shown to this client. The guard asks for `read`; a handler that reveals more asks for more. */
function viewOf(
  context: Context<GuardedEnv>,
  guard: Guard,
): { refusal?: Response; show: (entry: unknown) => unknown } {
  if (context.req.query('reveal') !== 'true') return { show: maskEntry };
  const refusal = guard.demand(context.var.token, ['read', 'execute']);
  return { show: (entry) => entry, ...(refusal && { refusal: toResponse(refusal) }) };
}

async function bodyOf(context: Context): Promise<unknown> {
  try {
    return await context.req.json();
  } catch (error) {
    // A body that is too large is answered elsewhere. A runtime may have a limit of levels, a RangeError.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    // Its message quotes the body, which is secret.
    throw new HTTPException(400, { message: 'the body is not JSON' });
  }
}
