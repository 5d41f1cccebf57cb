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
import type { Delay } from '../gate/delay-preload.js';
import type { BareSetup } from '../process/bare-client.js';
import { opensFile } from '../protocol/act.js';
import { type CallName, factsOf } from '../protocol/calls.js';
import { nameOf } from '../schedule/action.js';
import { file, filesAtFirst, parseProgram } from '../schedule/program.js';
import type { ExploredFailure } from './exploration.js';

const client = fileURLToPath(new URL('../process/bare-client.js', import.meta.url));
const preload = fileURLToPath(new URL('../gate/delay-preload.js', import.meta.url));
const times = 3;
/** How long the one call is delayed; the others have half of it to do all of theirs. */
const delayMs = 3000;

/** Node itself makes none of these: they are counted without a look at their paths, for which strace has no good eye. */
const ownOnly: ReadonlySet<string> = new Set<CallName>(['rename', 'rmdir', 'mkdir', 'unlink']);

/** What a call of the gate is for the kernel, where it can be delayed by its name. */
const delayable: Partial<Record<CallName, string>> = {
  open: 'openat',
  write: 'write',
  read: 'read',
  rename: 'rename',
  rmdir: 'rmdir',
  mkdir: 'mkdir',
  unlink: 'unlink',
};

function syscallOf(call: string): string | undefined {
  return Object.hasOwn(delayable, call) ? delayable[call as CallName] : undefined;
}

/** Who delays the call: `strace` from outside, or what is loaded into the process where there is none, or it may not look. */
export type Delayer = 'strace' | 'preload';

/**
 * Is it an artefact of the gate? Runs the same clients without it, where the one call that has to come late is delayed, and
 * nothing else. @returns a sentence for people
 */
export async function confirmBare(
  failure: ExploredFailure,
  signal?: AbortSignal,
  delayer: Delayer = spawnSync('strace', ['-f', 'true']).status === 0 ? 'strace' : 'preload',
): Promise<string> {
  const delay = delayOf(failure);
  if (typeof delay === 'string') return `Not confirmed on bare processes: ${delay}.`;
  const isHidden = opensFile(delay.call) && failure.pair?.late.isAnchored === true;
  const by = isHidden ? 'preload' : delayer;
  let lost = 0;
  for (let time = 0; time < times && !signal?.aborted; time++)
    if (await losesBare(failure, delay, by)) lost++;
  const call = `${delay.call} of ${delay.place}`;
  const why = isHidden ? 'strace sees no name in its path' : 'there is no strace';
  const how = by === 'strace' ? 'by strace' : `by itself, as ${why}`;
  return `On bare processes, with nothing but process ${nameOf(delay.client)}'s ${call} delayed (${how}): lost in ${lost} of ${times} runs.`;
}

interface LateCall {
  client: number;
  /** Its name, as the gate has it. */
  call: string;
  /** Relative to the sandbox. */
  place: string;
  /** The how manieth such call of the process: on it, or, of those that Node makes none of, on anything. */
  when: number;
}

/** What is to be delayed, or why that can't be done. */
function delayOf({ kind, pair, calls, faults, evidence }: ExploredFailure): LateCall | string {
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
  delay: LateCall,
  delayer: Delayer,
): Promise<boolean> {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-bare-')));
  const children: ChildProcess[] = [];
  try {
    for (const [name, content] of Object.entries(filesAtFirst(parseProgram(program)))) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true, mode: 0o700 });
      writeFileSync(path.join(root, name), content, { mode: 0o600 });
    }
    const { module, label, options } = resolveTarget(target, process.cwd());
    const started = parseProgram(program).clients.map((operations, index) => {
      const setup: BareSetup = {
        client: nameOf(index),
        file: path.join(root, file),
        operations: [...operations],
        module,
        label,
        options,
      };
      const child = start(setup, root, index === delay.client ? lateBy[delayer](delay, root) : onTime);
      children.push(child.process);
      return child;
    });
    await Promise.all(started.map(({ ready }) => ready));
    const late = started[delay.client];
    late?.go();
    // It is on its way to the call at which it will be held up.
    await sleep(delayMs / 3);
    const others = started.filter((one) => one !== late);
    for (const other of others) other.go();
    const acknowledged = (await Promise.all(started.map(({ done }) => done))).flat();
    const found = readEntries(path.join(root, file));
    return acknowledged.some(([key, op]) => typeof found === 'string' || found[key] !== op);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** How a client is started. */
interface Start {
  command: string[];
  env: Record<string, string>;
}

const onTime: Start = { command: [process.execPath, client], env: {} };

const lateBy: Record<Delayer, (late: LateCall, root: string) => Start> = {
  strace({ call, place, when }, root) {
    const syscall = syscallOf(call) ?? call;
    const inject = `inject=${syscall}:delay_enter=${delayMs * 1000}:when=${when}`;
    const on = ownOnly.has(call) ? [] : ['-P', path.join(root, place)];
    const tracing = ['-e', `trace=${syscall}`, ...on, '-e', inject];
    return {
      command: ['strace', '-f', '-qq', '-o', path.join(root, 'trace'), ...tracing, ...onTime.command],
      env: {},
    };
  },
  preload({ call, place, when }, root) {
    const delay: Delay = {
      call,
      when,
      ms: delayMs,
      root,
      place: ownOnly.has(call) ? undefined : path.join(root, place),
    };
    return {
      command: [process.execPath, '--import', preload, client],
      env: { HOLDFAST_DELAY: JSON.stringify(delay) },
    };
  },
};

function start(setup: BareSetup, root: string, { command, env }: Start) {
  const [program = process.execPath, ...args] = command;
  const child = spawn(program, args, {
    env: { ...sandboxEnvironment(root, process.env), ...env, HOLDFAST_BARE: JSON.stringify(setup) },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const acknowledged: [key: string, op: string][] = [];
  let onReady = () => {};
  const ready = new Promise<void>((resolve) => {
    onReady = resolve;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word, key = '', op = ''] = line.split(' ');
    if (word === 'ready') onReady();
    if (word === 'acknowledged') acknowledged.push([key, op]);
  });
  const done = new Promise<typeof acknowledged>((resolve) => {
    child.on('close', () => {
      // A client that has ended before it began keeps no other waiting.
      onReady();
      resolve(acknowledged);
    });
  });
  return { process: child, ready, done, go: () => child.stdin.write('go\n') };
}
