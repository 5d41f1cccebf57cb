import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errnoOf } from '../../../errors/store-error.js';

/**
 * The process that made an intent or a ticket. It is part of the entry's *name*, so that it is there from the entry's birth:
 * a record written afterwards would leave an unlabelled instant.
 */
export interface Owner {
  pid: number;
  /** Clock ticks between boot and the process's start. '0' where that is not known. */
  startTime: string;
  /** Fingerprint of host name, boot, and pid and time namespace. Pids and start times compare only within one machine. */
  machine: string;
  host: string;
}

export const self: Owner = /* @__PURE__ */ thisProcess();

function thisProcess(): Owner {
  return {
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? '0',
    machine: fingerprintOfMachine(),
    host: hostname()
      .replace(/[^\w.]/g, '_')
      .slice(0, 64),
  };
}

export function newNonce(): string {
  // The one source of random bits that does not ask the system each time.
  return randomUUID().replaceAll('-', '').slice(-16);
}

/**
 * True only where the owner certainly no longer runs: same machine, and its pid is gone or now belongs to a
 * process that started at another time. Everything else is "perhaps alive" and waits out its lease.
 * A wrong answer would cost its owner a retry, never a write: safety rests on the intents.
 */
export function isProvablyDead(owner: Owner): boolean {
  if (!isOurMachine(owner)) return false;
  const startTime = owner.startTime === '0' ? undefined : startTimeOf(owner.pid);
  // Not in /proc: the process is gone, or it is another user's and hidden from us.
  return startTime === undefined ? !hasProcess(owner.pid) : startTime !== owner.startTime;
}

/** Whether it can be asked if it lives. */
export function isOurMachine({ machine }: Owner): boolean {
  return machine === self.machine;
}

/** The quick check, for uses where a wrong yes does no harm: a zombie, or another process with the same pid, counts as alive. */
export function seemsAlive(owner: Owner): boolean {
  return !isOurMachine(owner) || hasProcess(owner.pid);
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

/** Undefined where it is not known. A zombie can act no more than a dead process, so it never has the start time of its life. */
function startTimeOf(pid: number): string | undefined {
  const stat = readProc(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The command name, in parentheses, may itself contain spaces and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? 'over' : fields?.[19];
}

function fingerprintOfMachine(): string {
  const boot = readProc(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  // In another time namespace one and the same process has another start time.
  const namespaces = ['pid', 'time'].map((name) => readProc(() => readlinkSync(`/proc/self/ns/${name}`)));
  const text = [hostname(), boot, ...namespaces].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** `/proc` exists on Linux only, and a process may vanish while it is read: both mean "not known". */
function readProc(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
