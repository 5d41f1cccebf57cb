import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { atLeast } from '../amount.test.helper.js';
import { eachInTiers } from '../tiers.test.helper.js';
import { newDirectory } from './scratch.test.helper.js';
import type { SoakAction, SoakClient, SoakLine } from './soak-client.test.helper.js';
import { openStore } from './store.js';
import { built } from './system.test.helper.js';

/**
 * Real processes change one file while they are stopped, continued and killed, by others and by themselves right before a
 * call of the system. What each was told must be true: an acknowledged change is there, a definite failure is not.
 *
 *     HOLDFAST_SOAK_SECONDS=600 npx vitest run src/store/soak.test.ts
 */
const seconds = atLeast(16, 'HOLDFAST_SOAK_SECONDS');

interface Weather {
  leaseMs: number;
  processes?: number;
  queues?: boolean;
  stops?: number;
  kills?: number;
  /** Of a hundred moments, at how many somebody removes the directory of intents, or cuts the file. */
  removals?: number;
  cuts?: number;
}

/** How many changes are acknowledged at least, and how many processes killed, by `npm test`. */
const few = { acknowledged: 100, killed: 2 };

const weathers: [title: string, weather: Weather][] = [
  ['that are stopped and killed', { leaseMs: 50 }],
  ['whose leases are over at once', { leaseMs: 0 }],
  ['that do not queue', { leaseMs: 20, queues: false, processes: 4 }],
  ['whose intents are removed and whose file is cut', { leaseMs: 20, removals: 2, cuts: 2 }],
];

eachInTiers<[string, Weather, typeof few?]>([
  ['that are stopped and killed, some times,', { leaseMs: 50, processes: 4 }, few],
  ...weathers,
])(
  'each of several processes %s gets true answers',
  async (_, weather, enough) => {
    const directory = newDirectory();
    const file = path.join(directory, 'data', 'auth.json');
    const logs = path.join(directory, 'logs');
    mkdirSync(logs);
    const store = openStore(file);
    await store.set('first', 0);
    const fleet = startFleet(file, logs, weather);
    try {
      // On a busy machine it takes them seconds to start.
      const acknowledged = () =>
        readdirSync(logs).flatMap((name) => linesOf(path.join(logs, name)).filter(isAcknowledged)).length;
      while (acknowledged() === 0) await sleep(50);
      const end = performance.now() + (seconds * 1000) / weathers.length;
      const isOver = () =>
        enough
          ? fleet.killed() >= enough.killed && acknowledged() >= enough.acknowledged
          : performance.now() >= end;
      while (!isOver()) {
        await sleep(randomInt(10));
        fleet.disturb();
        if (randomInt(100) < (weather.removals ?? 0)) removeIntents(file);
        if (randomInt(100) < (weather.cuts ?? 0)) truncateSync(file, randomInt(40));
      }
    } finally {
      await fleet.stop();
    }
    await store.set('last', 1);
    const final = await store.all();
    await store.close();
    expect(readdirSync(`${file}.intents`)).toEqual([]);
    const lines = readdirSync(logs).flatMap((name) => linesOf(path.join(logs, name)));
    expect(lies(lines, final)).toEqual([]);
  },
  { timeout: (seconds + 60) * 1000 },
);

function removeIntents(file: string): void {
  try {
    rmSync(`${file}.intents`, { recursive: true, force: true });
  } catch {
    // Somebody has just put another one there.
  }
}

function startFleet(file: string, logs: string, weather: Weather) {
  const { leaseMs, queues = true, processes = 6, stops = 2000, kills = 200 } = weather;
  const program = built('soak-client.test.helper');
  const clients: ChildProcess[] = [];
  let started = 0;
  let killed = 0;
  let isEnding = false;
  const start = (place: number) => {
    const id = `p${started++}`;
    const config: SoakClient = { id, file, log: path.join(logs, id), leaseMs, queues, stops, kills };
    const args = [program, JSON.stringify(config)];
    const client = spawn(process.execPath, args, { stdio: 'inherit' });
    client.once('exit', () => {
      if (isEnding) return;
      killed++;
      start(place);
    });
    clients[place] = client;
  };
  for (let place = 0; place < processes; place++) start(place);
  const wakeAll = () => {
    for (const client of clients) client.kill('SIGCONT');
  };
  return {
    killed: () => killed,
    disturb() {
      const client = clients[randomInt(processes)];
      const dice = randomInt(1000);
      if (dice < 6) client?.kill('SIGKILL');
      else if (dice < 60) client?.kill('SIGSTOP');
      else if (dice < 500) client?.kill('SIGCONT');
    },
    /** Lets each finish what it is at. */
    async stop() {
      isEnding = true;
      for (const client of clients) client.kill('SIGTERM');
      const waking = setInterval(wakeAll, 20);
      const running = clients.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      await Promise.all(running.map((client) => once(client, 'exit')));
      clearInterval(waking);
    },
  };
}

const isAcknowledged = (line: SoakLine) => 'end' in line && line.outcome === 'ok';

function linesOf(log: string): SoakLine[] {
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as SoakLine);
}

interface Operation {
  id: string;
  action: SoakAction;
  key: string;
  value: string | number | null;
  /** Undefined for one whose process was killed meanwhile. */
  outcome: 'ok' | 'fail' | 'unknown' | undefined;
  result: unknown;
}

/** What does not fit together of what the clients were told and of what was there at the end. */
function lies(lines: SoakLine[], final: Record<string, unknown>): string[] {
  const found: string[] = [];
  const operations = new Map<string, Operation>();
  for (const line of lines) {
    if ('openFiles' in line) found.push(...line.openFiles.map((place) => `${place} is still open`));
    else if ('begin' in line) {
      const { begin: id, action, key, value } = line;
      operations.set(id, { id, action, key, value, outcome: undefined, result: undefined });
    } else if (line.outcome === 'stuck' || line.error === 'half a transaction') {
      found.push(`${line.end}: ${line.error ?? 'stuck'}`);
    } else Object.assign(operations.get(line.end) ?? {}, { outcome: line.outcome, result: line.result });
  }

  const byKey = new Map<string, Operation[]>();
  for (const operation of operations.values()) {
    const some = byKey.get(operation.key);
    if (some) some.push(operation);
    else byKey.set(operation.key, [operation]);
  }
  for (const [key, some] of byKey) {
    if (some.some(({ action }) => action === 'count' || action === 'total')) {
      found.push(...miscounts(key, some, Number(final[key] ?? 0)));
    } else if (key !== 'pair') found.push(...misreadings(key, some, final[key] ?? null));
  }
  const pair = operations.get(String(final['pair-a']));
  if (final['pair-a'] !== final['pair-b']) found.push('half a transaction at the end');
  if (pair?.outcome === 'fail') found.push(`${pair.id} failed, and is there`);
  return found;
}

/** A key that one lane alone changes holds its last acknowledged value, or a later one that is not known. */
function misreadings(key: string, operations: Operation[], final: unknown): string[] {
  let possible = new Set<unknown>([null]);
  const found: string[] = [];
  const look = (id: string, value: unknown) => {
    if (!possible.has(value)) found.push(`${id} found ${value} at ${key}, not one of ${[...possible]}`);
  };
  for (const { id, action, value, outcome, result } of operations) {
    const reads = action === 'get' || action === 'all';
    if (reads && outcome === 'ok') look(id, result);
    if (reads || outcome === 'fail') continue;
    possible = outcome === 'ok' ? new Set([value]) : possible.add(value);
  }
  look('the end', final);
  return found;
}

/** Each acknowledged increment is there once, each that failed not at all. */
function miscounts(key: string, operations: Operation[], final: number): string[] {
  const acknowledged = operations.filter(({ outcome }) => outcome === 'ok').length;
  const most = operations.filter(({ outcome }) => outcome !== 'fail').length;
  return final < acknowledged || final > most ? [`${key} is ${final}, not ${acknowledged} to ${most}`] : [];
}
