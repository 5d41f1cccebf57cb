import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { errnoOf } from '../../store/errors.js';
import { GuardSession } from '../auth/guard-session.js';
import { note } from '../auth/output.js';

/** What a shell answers for a command that is not there, and for one that can't be run. */
const notFound = 127;
const notRunnable = 126;

/** Signals that reach us alone, and are meant for the command. */
const passedOn = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
/** The terminal sends these to all of its processes at once: the command has its own. */
const fromTerminal = ['SIGINT', 'SIGQUIT'] as const;

/** Runs a command with the terminal to itself, guards the file meanwhile, and ends as the command has ended. */
export async function runGuarded(
  [name = '', ...args]: readonly string[],
  file: string,
  allowUnsafe?: boolean,
): Promise<void> {
  const session = await startGuard(file, allowUnsafe);
  const { child, refusal } = start(name, args);
  const release = child && passSignals(child);
  const end = child ? await endOf(child, name) : refusal;
  const summary = await session?.stop();
  release?.();
  if (summary) note(`holdfast: ${summary}`);
  if (typeof end === 'number') {
    process.exitCode = end;
    return;
  }
  // The shell sees the same end, and a script stops at the same signal; but some signals do not end us.
  process.exitCode = 128 + constants.signals[end];
  process.kill(process.pid, end);
}

type Started = { child: ChildProcess; refusal?: undefined } | { child?: undefined; refusal: number };

/** Some errors come as an event, and others are thrown. */
function start(name: string, args: readonly string[]): Started {
  try {
    return { child: spawn(name, args, { stdio: 'inherit' }) };
  } catch (error) {
    return { refusal: refusalOf(name, error) };
  }
}

function refusalOf(name: string, error: unknown): number {
  const errno = errnoOf(error);
  const isMissing = name === '' || errno === 'ENOENT' || errno === 'ENOTDIR';
  note(`holdfast: ${name}: ${isMissing ? 'no such command' : `could not be run: ${errno}`}`);
  return isMissing ? notFound : notRunnable;
}

/** A file that can't be guarded does not keep the command from running. */
async function startGuard(file: string, allowUnsafe: boolean | undefined): Promise<GuardSession | undefined> {
  try {
    const session = new GuardSession(file, { allowUnsafe });
    await session.start();
    return session;
  } catch (error) {
    note(`holdfast: not guarded: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function passSignals(child: ChildProcess): () => void {
  const isTerminal = process.stdin.isTTY === true;
  const listeners = [...passedOn, ...fromTerminal].map((signal) => {
    const isPassed = !isTerminal || passedOn.some((one) => one === signal);
    const listener = () => {
      if (isPassed) child.kill(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const end of listeners) end();
  };
}

/** The exit code, or the signal that ended it. */
function endOf(child: ChildProcess, name: string): Promise<number | NodeJS.Signals> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(refusalOf(name, error)));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? notRunnable));
  });
}
