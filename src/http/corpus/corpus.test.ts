import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { atLeast } from '../../amount.test.helper.js';
import { commandOf, type RuntimeName } from '../../conformance/case.js';
import { long } from '../../tiers.test.helper.js';
import { createGuard } from '../guard/guard.js';
import { guardedPaths } from './fixtures/routes.js';
import { verifier } from './fixtures/verifier.js';
import { gateOf, nobody } from './handlers.test.helper.js';
import { type Outcome, sendAll } from './raw-request.test.helper.js';
import { servers, start } from './servers.test.helper.js';
import { generated, handMade, type Variant } from './variants.test.helper.js';

/** HOLDFAST_CORPUS=50000 for the long run, and another seed for another corpus. */
const count = atLeast(2000, 'HOLDFAST_CORPUS');
const seed = Number(process.env.HOLDFAST_SEED ?? 1);
const corpus = [...handMade(), ...generated(count, seed)];
/** What `npm test` sends: every known bypass, and some of what is drawn. */
const short = corpus.slice(0, handMade().length + 1000);

/** What a handler that ran must not do for this token; undefined if all is well. */
function bypassOf({ may, ...variant }: Variant, { ran, status }: Outcome): string | undefined {
  if (ran === undefined) return undefined;
  const isRead = ran.method === 'GET' || ran.method === 'HEAD';
  const isKnown = isRead || ['POST', 'PUT', 'PATCH', 'DELETE'].includes(ran.method);
  const needed = [isRead ? 'read' : 'write', ...(ran.what === 'other' ? [] : ['execute'])];
  const isAllowed = isKnown && needed.every((permission) => (may as string[]).includes(permission));
  return isAllowed ? undefined : JSON.stringify({ ...variant, may, ran, status });
}

function bypasses(sent: readonly Variant[], outcomes: readonly Outcome[]): string[] {
  return sent.flatMap((variant, n) => bypassOf(variant, outcomes[n] as Outcome) ?? []);
}

/** Guards as they are written. Each is given what a server sees of a request, and says whether a reader may go on. */
const naive: Record<string, (target: string) => boolean> = {
  'by new URL().pathname': (target) => {
    if (!URL.canParse(target, 'http://localhost')) return false;
    const { pathname } = new URL(target, 'http://localhost');
    return !guardedPaths.some((guarded) => pathname === guarded || pathname.startsWith(`${guarded}/`));
  },
  'by the prefix of what was sent': (target) => !guardedPaths.some((guarded) => target.startsWith(guarded)),
};

/** The judgement of a server, of what it does without a guard, with a strict one, and with one that judges all readings. */
async function judge(sent: readonly Variant[], ports: { open: number; strict: number; compat: number }) {
  const open = await sendAll(sent, ports.open);
  const guardedRuns = sent.filter((_, n) => open[n]?.ran?.what === 'guarded');
  // Or there would be nothing to guard.
  expect(guardedRuns.length).toBeGreaterThan(sent.length / 10);
  const missed = Object.values(naive).map((lets) => guardedRuns.filter(({ target }) => lets(target)).length);
  const results = {
    strict: await sendAll(sent, ports.strict),
    compat: await sendAll(sent, ports.compat),
  };
  for (const outcomes of Object.values(results)) expect(bypasses(sent, outcomes)).toEqual([]);
  // A guard that lets nobody in would have none either.
  expect(results.compat.filter(({ ran }) => ran?.what === 'guarded').length).toBeGreaterThan(10);
  expect(results.strict.filter(({ ran }) => ran?.what === 'other').length).toBeGreaterThan(10);
  return { reached: guardedRuns.length, missed: Math.max(...missed) };
}

const timeout = 120_000 + 60 * count;

describe(`a corpus of ${corpus.length} requests against real servers`, {
  timeout,
}, () => {
  async function judgeServer(name: string, sent: readonly Variant[]): Promise<void> {
    const guards = (['strict', 'compat'] as const).map((paths) => createGuard({ tokens: verifier, paths }));
    const [open, strict, compat] = await Promise.all(
      [nobody, ...guards.map(gateOf)].map((gate) => start(name, gate)),
    );
    if (!open || !strict || !compat) expect.fail('a server did not start');
    onTestFinished(() => [open, strict, compat].forEach((server) => void server.stop()));
    const { missed } = await judge(sent, { open: open.port, strict: strict.port, compat: compat.port });
    // The corpus would find a guard that is written as most are.
    expect(missed).toBeGreaterThan(10);
  }

  it.each(Object.keys(servers).slice(0, 1))(
    `no handler on %s runs for a token without its permissions, for ${short.length} of the requests`,
    (name) => judgeServer(name, short),
  );

  it.each(Object.keys(servers))('no handler on %s runs for a token without its permissions', long, (name) =>
    judgeServer(name, corpus),
  );

  it.for<RuntimeName>(['bun', 'deno'])(
    'no handler of Hono on %s runs for a token without its permissions',
    long,
    async (name, context) => {
      const executable = find(name);
      if (executable === undefined)
        return context.skip(`no ${name} is there; .ci/runtimes/install brings it`);
      const { missed } = await judge(corpus, await startOn(name, executable));
      expect(missed).toBeGreaterThan(10);
    },
  );
});

const project = fileURLToPath(new URL('../../..', import.meta.url));

function find(name: string): string | undefined {
  const places = [
    path.join(project, '.ci', 'runtimes', 'bin'),
    ...(process.env.PATH ?? '').split(path.delimiter),
  ];
  return places.map((place) => path.join(place, name)).find((file) => existsSync(file));
}

async function startOn(name: RuntimeName, executable: string) {
  const program = path.join(project, 'build', 'src', 'http', 'corpus', 'fixtures', 'hono-server.js');
  const [command = '', ...flags] = commandOf(name, executable);
  const child: ChildProcess = spawn(command, [...flags, program], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (!child.stdout) throw new Error('it has no output');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return JSON.parse(String(line)) as { open: number; strict: number; compat: number };
}
