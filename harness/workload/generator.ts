import type { ProfileName, Workload } from '../core/scenario.js';
import type { Action } from '../history/events.js';
import { Random } from './random.js';
import { oauthKeys } from './values.js';

/** One thing that a client does next. */
export interface Step {
  action: Action;
  /** Undefined for `all`. */
  key: string | undefined;
  /** A second click while the first request is under way. */
  twice: boolean;
  /** The user closes the page while the request is under way. */
  disconnect: boolean;
  /** The user quits the application: its server is ended, and is started again. */
  quit: boolean;
  thinkMs: number;
}

const common: Workload = {
  mix: { get: 4, all: 2, set: 6, remove: 1 },
  ownKeys: 8,
  sharedKeys: 8,
  thinkMs: [0, 2],
  atOnce: 1,
  operationsMax: 0,
};

/** What each client is, and what it does where a scenario does not say otherwise. */
export const profiles: Readonly<Record<ProfileName, { title: string; workload: Partial<Workload> }>> = {
  tui: {
    title:
      'terminal interface: long-lived, opens the file itself, reads at every request, writes now and then',
    workload: { mix: { get: 10, all: 3, set: 6, remove: 1 } },
  },
  server: {
    title: 'dev server: opens the file itself and serves it over HTTP; does nothing of its own',
    workload: {},
  },
  web: {
    title: 'web app: speaks HTTP to a server, clicks twice, closes the page in the middle of a request',
    workload: { mix: { all: 4, set: 5, remove: 1 } },
  },
  desktop: {
    title: 'desktop app: spawns a server of its own, quits it, kills it after a grace time, starts it again',
    workload: { mix: { all: 4, set: 5, remove: 1 } },
  },
  login: {
    title: 'login command: sets one credential and exits at once, again and again',
    workload: { mix: { set: 1 }, ownKeys: 4, operationsMax: 1 },
  },
  rogue: {
    title:
      'rogue writer: a plugin that knows no store; reads the file, thinks, and rewrites it from its old copy',
    workload: { mix: { set: 5, remove: 1 }, ownKeys: 3, sharedKeys: 0, thinkMs: [100, 300] },
  },
  agent: {
    title:
      'agent as it ships: knows no store; reads the file, takes every error for "no credentials", and rewrites it in place',
    workload: { mix: { set: 4, remove: 1 }, ownKeys: 3, sharedKeys: 0, thinkMs: [10, 50] },
  },
  opencode: {
    title: 'the agent itself, as it is installed here: a server of it, which is asked for logins',
    workload: { mix: { set: 1 }, ownKeys: 3, sharedKeys: 0, thinkMs: [0, 30] },
  },
  issuer: {
    title: 'token command: creates tokens, hands them out, and deletes those that any client has handed out',
    workload: { mix: { set: 3, remove: 2 } },
  },
  verifier: {
    title: 'server with tokens: verifies all that were handed out, again and again, deleted ones too',
    workload: { mix: { get: 1 } },
  },
};

/** What these do is what they are: no scenario changes it. */
const unchangeable: readonly ProfileName[] = ['login', 'rogue', 'agent', 'opencode', 'verifier'];

export function workloadOf(profile: ProfileName, scenario: Partial<Workload> | undefined): Workload {
  const own = profiles[profile].workload;
  if (unchangeable.includes(profile)) return { ...common, ...scenario, ...own };
  const workload = { ...common, ...own, ...scenario };
  // A credential is refreshed where it is used, and that is in the terminal's own process.
  if (profile === 'tui' || !workload.mix.refresh) return workload;
  const { refresh: _, ...mix } = workload.mix;
  return { ...workload, mix: Object.keys(mix).length > 0 ? mix : (own.mix ?? common.mix) };
}

/** The endless, seeded sequence of a client's steps. */
export function* steps(
  seed: number,
  client: string,
  incarnation: number,
  profile: ProfileName,
  workload: Workload,
): Generator<Step, never> {
  const random = new Random(seed, `${client}.${incarnation}`);
  for (;;) {
    const action = random.weighted(workload.mix);
    const mutates = action === 'set' || action === 'remove';
    yield {
      action,
      key: pickKey(action, random, client, workload),
      twice: profile === 'web' && mutates && random.oneIn(8),
      disconnect: profile === 'web' && mutates && random.oneIn(20),
      quit: profile === 'desktop' && random.oneIn(60),
      thinkMs: random.int(...workload.thinkMs),
    };
  }
}

function pickKey(
  action: Action,
  random: Random,
  client: string,
  { ownKeys, sharedKeys }: Workload,
): string | undefined {
  if (action === 'all') return undefined;
  if (action === 'refresh') return random.pick(oauthKeys);
  const n = random.int(0, ownKeys + sharedKeys - 1);
  return n < ownKeys ? `${client}-provider-${n}` : `shared-provider-${n - ownKeys}`;
}
