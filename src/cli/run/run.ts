import { type ChildProcess, spawn } from 'node:child_process';
import { errnoOf } from '../../errors/store-error.js';
import type { DocumentFormat } from '../../store/document/format.js';
import { GuardSession } from '../auth/guard-session.js';
import { note } from '../auth/output.js';
import { endAs, notRunnable, passSignals, refusalOf } from './command-end.js';

/** How a file is guarded. */
interface HowGuarded {
  allowUnsafe: boolean | undefined;
  /** Undefined for JSON. */
  format?: DocumentFormat | undefined;
}

/** Runs a command with the terminal to itself, guards the file meanwhile, and ends as the command has ended. */
export async function runGuarded(command: readonly string[], file: string, how: HowGuarded): Promise<void> {
  const session = await startGuard(file, how);
  const end = await runPlainly(command, () => endGuard(session));
  endAs(end);
}

/** Runs a command with the terminal to itself. @param atEnd called before signals reach us again */
export async function runPlainly(
  [name = '', ...args]: readonly string[],
  atEnd: () => Promise<void> = async () => {},
): Promise<number | NodeJS.Signals> {
  const signals = passSignals();
  const { child, refusal } = start(name, args);
  if (child) signals.to(child);
  const end = child ? await endOf(child, name) : refusal;
  await atEnd();
  signals.end();
  return end;
}

type Started = { child: ChildProcess; refusal?: undefined } | { child?: undefined; refusal: number };

/** Some errors come as an event, and others are thrown. */
function start(name: string, args: readonly string[]): Started {
  try {
    return { child: spawn(name, args, { stdio: 'inherit' }) };
  } catch (error) {
    return { refusal: refusalOf(name, errnoOf(error)) };
  }
}

/** A file that can't be guarded does not keep the command from running. */
export async function startGuard(file: string, how: HowGuarded): Promise<GuardSession | undefined> {
  try {
    const session = new GuardSession(file, how);
    await session.start();
    return session;
  } catch (error) {
    note(`holdfast: not guarded: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** Ends the guard, and prints what it has done. */
export async function endGuard(session: GuardSession | undefined): Promise<void> {
  const summary = await session?.stop();
  if (summary) note(`holdfast: ${summary}`);
}

/** The exit code, or the signal that ended it. */
export function endOf(child: ChildProcess, name: string): Promise<number | NodeJS.Signals> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(refusalOf(name, errnoOf(error))));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? notRunnable));
  });
}
