import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readEntries } from '../../line/foreign-reader.js';
import { sandboxEnvironment } from '../../line/sandbox.js';
import { resolveTarget } from '../../targets/index.js';
import type { BareSetup } from '../process/bare-client.js';
import { opensFile } from '../protocol/act.js';
import { factsOf } from '../protocol/calls.js';
import { nameOf } from '../schedule/action.js';
import { file, filesAtFirst, parseProgram } from '../schedule/program.js';
import type { ExploredFailure } from './exploration.js';
import { type Hold, type Holder, holdBy, type LateCall, ownOnly, syscallOf } from './held-call.js';

const client = fileURLToPath(new URL('../process/bare-client.js', import.meta.url));
const times = 3;
const pollEveryMs = 10;

/**
 * How long one process is waited for that may itself wait for another, for the lock of the held one, say: so many times what it
 * took to start the first. That takes a process longer than all of its operations, on a machine that is slow or busy, too.
 */
const startsWaited = 4;
const waitedMsMin = 2000;
/** The first one has nothing to wait for: one that takes so long to open the target never does. */
const startMsMax = 60_000;

/**
 * Is it an artefact of the gate? Runs the same clients without it. The one call that has to come late is held until the other
 * clients are done, and nothing else. @returns a sentence for people
 */
export async function confirmBare(
  failure: ExploredFailure,
  signal?: AbortSignal,
  holder: Holder = spawnSync('strace', ['-f', 'true']).status === 0 ? 'strace' : 'preload',
): Promise<string> {
  const late = lateCallOf(failure);
  if (typeof late === 'string') return `Not confirmed on bare processes: ${late}.`;
  const isHidden = opensFile(late.call) && failure.pair?.late.isAnchored === true;
  const by = isHidden ? 'preload' : holder;
  let lost = 0;
  for (let time = 0; time < times && !signal?.aborted; time++)
    if (await losesBare(failure, late, by, signal)) lost++;
  const call = `${late.call} of ${late.place}`;
  const why = isHidden ? 'strace sees no name in its path' : 'there is no strace';
  const how = by === 'strace' ? 'by strace' : `by itself, as ${why}`;
  return `On bare processes, with nothing but process ${nameOf(late.client)}'s ${call} delayed (${how}): lost in ${lost} of ${times} runs.`;
}

/** What is to be held, or why that can't be done. */
function lateCallOf({ kind, pair, calls, faults, evidence }: ExploredFailure): LateCall | string {
  if (evidence) return 'without the gate only the file is looked at, and it does not show the entries';
  if (kind !== 'lost-update')
    return `only a lost update can be seen in what is left at the end, and this is a ${kind}`;
  if (Object.values(faults).some((count) => count > 0)) return 'it takes a fault at an exact moment';
  if (!pair) return 'no single call decides it';
  const { client, step } = pair.late;
  const words = (line: string) => line.split(' ');
  const [who, call = '', place = '', to = ''] = words(calls[step - 1] ?? '');
  const where = factsOf(call)?.second === 'replaces' ? to : place;
  if (syscallOf(call) === undefined || where === '' || (where.includes('#') && !ownOnly.has(call)))
    return `its ${call} can't be told from others by its path`;
  const isSame = (line: string) => {
    const [whose, other, from] = words(line);
    return whose === who && other === call && (ownOnly.has(call) || from === where);
  };
  const when = calls.slice(0, step).filter(isSame).length;
  return { client, call, place: where, when };
}

async function losesBare(
  { target, program }: ExploredFailure,
  call: LateCall,
  holder: Holder,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-bare-')));
  const hold = holdBy[holder](call, root);
  const clients: Client[] = [];
  try {
    for (const [name, content] of Object.entries(filesAtFirst(parseProgram(program)))) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true, mode: 0o700 });
      writeFileSync(path.join(root, name), content, { mode: 0o600 });
    }
    const { module, label, options } = resolveTarget(target, process.cwd());
    const starts = parseProgram(program).clients.map((operations, index) => () => {
      const setup: BareSetup = {
        client: nameOf(index),
        file: path.join(root, file),
        operations: [...operations],
        module,
        label,
        options,
      };
      const client = start(setup, root, index === call.client ? hold : onTime);
      clients.push(client);
      return client;
    });
    const haveEnded = await runAround(starts, call.client, hold, signal);
    for (const { kill } of clients) kill();
    await until(() => areDone(clients), waitedMsMin);
    const found = readEntries(path.join(root, file));
    // A file that is no document may be the work of one that was killed in the middle of it.
    if (typeof found === 'string') return haveEnded && clients.some((one) => one.acknowledged.length > 0);
    return clients.some(({ acknowledged }) => acknowledged.some(([key, op]) => found[key] !== op));
  } finally {
    for (const { kill } of clients) kill();
    hold.remove();
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * One client is held at its call while all others run. It is started before them: its call may be one that the target makes
 * while it is opened.
 * @returns whether all have ended; one whose target keeps a timer never does
 */
async function runAround(
  starts: readonly (() => Client)[],
  lateClient: number,
  hold: Hold,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const began = performance.now();
  const startAll = (isMeant: (index: number) => boolean) =>
    starts.filter((_, index) => isMeant(index)).map((startOne) => startOne());
  const late = startAll((index) => index === lateClient);
  await until(() => areReady(late) || hold.isReached(), startMsMax, signal);
  const waitedMs = Math.max(waitedMsMin, startsWaited * (performance.now() - began));
  const others = startAll((index) => index !== lateClient);
  await until(() => areReady(others), waitedMs, signal);

  for (const client of late) client.go();
  await until(() => hold.isReached() || areDone(late), waitedMs, signal);

  for (const client of others) client.go();
  await until(() => areDone(others), waitedMs, signal);

  for (const client of late) hold.release(client.process);
  // Nothing is in the way of any of them now, so this takes long only where one never ends.
  await until(() => areDone([...late, ...others]), startsWaited * waitedMs, signal);
  return areDone([...late, ...others]);
}

const areReady = (clients: readonly Client[]) => clients.every(({ isReady }) => isReady());
const areDone = (clients: readonly Client[]) => clients.every(({ isDone }) => isDone());

/** Waits until something holds, or until it has been waited for long enough. */
async function until(holds: () => boolean, waitedMs: number, signal?: AbortSignal): Promise<void> {
  const began = performance.now();
  while (!holds() && !signal?.aborted && performance.now() - began < waitedMs) await sleep(pollEveryMs);
}

/** The key and the operation of each acknowledged write. */
type Acknowledged = readonly [key: string, op: string][];

interface Client {
  /** What was started: the client itself, or what traces it. */
  process: ChildProcess;
  acknowledged: Acknowledged;
  /** It has opened the target, or has ended before that. */
  isReady(): boolean;
  isDone(): boolean;
  go(): void;
  kill(): void;
}

const onTime = { command: [process.execPath], env: {} };

function start(setup: BareSetup, root: string, { command, env }: Pick<Hold, 'command' | 'env'>): Client {
  const [program = process.execPath, ...args] = command;
  const child = spawn(program, [...args, client], {
    env: { ...sandboxEnvironment(root, process.env), ...env, HOLDFAST_BARE: JSON.stringify(setup) },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const acknowledged: [key: string, op: string][] = [];
  let pid: number | undefined;
  let [isReady, isDone] = [false, false];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word, first = '', op = ''] = line.split(' ');
    if (word === 'started') pid = Number(first);
    if (word === 'ready') isReady = true;
    if (word === 'acknowledged') acknowledged.push([first, op]);
  });
  child.on('close', () => {
    [isReady, isDone] = [true, true];
  });
  // Of one that ends just when it is to go on.
  child.stdin.on('error', () => {});
  return {
    process: child,
    acknowledged,
    isReady: () => isReady,
    isDone: () => isDone,
    go: () => child.stdin.write('go\n'),
    kill() {
      if (isDone) return;
      // A process whose tracer is killed would go on.
      if (pid !== undefined && pid !== child.pid) kill(pid);
      child.kill('SIGKILL');
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
