import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { note } from '../auth/output.js';

/** What a shell answers for a command that is not there, and for one that can't be run. */
const notFound = 127;
export const notRunnable = 126;

/** Signals that reach us alone, and are meant for the command. */
const passedOn = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
/** The terminal sends these to all of its processes at once: the command has its own. */
const fromTerminal = ['SIGINT', 'SIGQUIT'] as const;

/** Passes on signals that are meant for a command. */
export interface PassedSignals {
  to(child: ChildProcess): void;
  end(): void;
}

/**
 * Takes the signals that are meant for the command. Call it before the command is started: one that came in between would end this
 * process, and leave the command behind with nothing that guards it.
 */
export function passSignals(): PassedSignals {
  let command: ChildProcess | undefined;
  const isTerminal = process.stdin.isTTY === true;
  const listeners = [...passedOn, ...fromTerminal].map((signal) => {
    const isPassed = !isTerminal || passedOn.some((one) => one === signal);
    const listener = () => {
      if (isPassed) command?.kill(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return {
    to: (child) => {
      command = child;
    },
    end: () => {
      for (const end of listeners) end();
    },
  };
}

/** Says why a command was not run. @returns the exit code for it */
export function refusalOf(name: string, errno: string | undefined): number {
  const isMissing = name === '' || errno === 'ENOENT' || errno === 'ENOTDIR';
  note(`holdfast: ${name}: ${isMissing ? 'no such command' : `could not be run: ${errno}`}`);
  return isMissing ? notFound : notRunnable;
}

/** Ends this process as the command has ended. @param end its exit code, or the signal that ended it */
export function endAs(end: number | NodeJS.Signals): void {
  if (typeof end === 'number') {
    process.exitCode = end;
    return;
  }
  // The shell sees the same end, and a script stops at the same signal; but some signals do not end us.
  process.exitCode = 128 + constants.signals[end];
  process.kill(process.pid, end);
}

export function signalOf(number: number): NodeJS.Signals | undefined {
  const found = Object.entries(constants.signals).find(([, one]) => one === number);
  return found?.[0] as NodeJS.Signals | undefined;
}

export function errnoName(number: number): string {
  const found = Object.entries(constants.errno).find(([, one]) => one === number);
  return found?.[0] ?? `errno ${number}`;
}
