import { type ChildProcess, spawn } from 'node:child_process';
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
  const child = spawn(name, args, { stdio: 'inherit' });
  const release = passSignals(child);
  const end = await endOf(child, name);
  const summary = await session?.stop();
  release();
  if (summary) note(`holdfast: ${summary}`);
  if (typeof end === 'number') process.exitCode = end;
  // The shell sees the same end, and a script stops at the same signal.
  else process.kill(process.pid, end);
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
    child.once('error', (error) => {
      const isMissing = errnoOf(error) === 'ENOENT';
      note(`holdfast: ${name}: ${isMissing ? 'no such command' : `could not be run: ${errnoOf(error)}`}`);
      resolve(isMissing ? notFound : notRunnable);
    });
    child.once('exit', (code, signal) => resolve(code ?? signal ?? notRunnable));
  });
}
