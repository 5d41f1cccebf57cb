import type { CallToMake, ClientEvent } from '../protocol/protocol.js';
import type { Stopped } from './host.js';
import { NotSimulatedError } from './not-simulated.js';

/** Too much of it would fill the memory of the thread. */
const nodesMax = 1_000_000;

/** A stop, and all that is known to come after it, by what was granted and what came of that: see `keyOf`. */
export interface KnownStop {
  /** Undefined before the beginning. */
  stopped: Stopped | undefined;
  next: Map<string, KnownStop>;
}

export function nothingKnown(): KnownStop {
  return { stopped: undefined, next: new Map() };
}

/**
 * What one process did in all its lives so far. After the same grants and the same answers it comes to the same stop, since it sees
 * nothing else: so where that is known, nothing of its program need be run.
 */
export class Memo {
  private root = nothingKnown();
  private count = 0;

  /** Where each life begins. */
  begin(): KnownStop {
    if (this.count > nodesMax) {
      this.root = nothingKnown();
      this.count = 0;
    }
    return this.root;
  }

  /**
   * Takes note of where the process has come to.
   * @throws NotSimulatedError where it came to something else before
   */
  record(from: KnownStop, key: string, stopped: Stopped): KnownStop {
    const before = from.next.get(key);
    if (before?.stopped) {
      const [then, now] = [format(before.stopped), format(stopped)];
      if (then !== now)
        throw new NotSimulatedError(
          `a client that was granted the same did something else: ${now} instead of ${then}`,
        );
      return before;
    }
    this.count++;
    const known = { stopped, next: new Map() };
    from.next.set(key, known);
    return known;
  }
}

/** All that a process shows of itself at a stop. */
function format({ report }: Stopped): string {
  const { stop, blocked, due, now, reason, looked } = report;
  const calls = report.calls.map(
    ({ id, call, path, to, fd, at, flags }: CallToMake) => `${id} ${call} ${path} ${to} ${fd} ${at} ${flags}`,
  );
  const events = report.events.map((event: ClientEvent) => JSON.stringify(event));
  return [stop, blocked, due, now, reason, looked, ...calls, ...events].join(' ');
}
