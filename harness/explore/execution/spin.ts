import type { CallEnd, Report } from '../protocol/protocol.js';
import { mix, printOfWord } from '../world/fingerprint.js';
import { conflicts, type SharedAccess } from '../world/footprint.js';

/** The same calls, so many times in a row, that find the same each time are a loop that waits for another client. */
const roundsDefault = 3;
const callsMax = 12;

interface Poll {
  /** The call, and what it found. */
  key: string | number;
  accesses: readonly SharedAccess[];
}

/**
 * Recognizes a client that polls: the same few calls, again and again, that change nothing and always find the same. It will
 * find the same until another client changes what it polls, so it need not go on until then: else a search would spend its
 * time on ever more rounds, and take them for a livelock.
 */
export class Spin {
  private polls: Poll[] = [];
  /** Whether these are a loop; undefined where that is to be found out. */
  private isLoop: boolean | undefined = false;
  private readonly held = new Set<number>();

  /** @param roundsMin after so many rounds of the same it counts as a loop */
  constructor(private readonly roundsMin = roundsDefault) {}

  /** Its call of that number waits for a lock that another client holds. */
  hold(call: number): void {
    this.held.add(call);
  }

  /** Another client has gone on, and may have given up a lock: if not by a call, as it has ended, or a process of its own has. */
  release(): void {
    this.held.clear();
  }

  get holdsAny(): boolean {
    return this.held.size > 0;
  }

  /** The call can't be made before another client goes on. */
  holds(call: number): boolean {
    return this.held.has(call);
  }

  /** Whatever is no poll has brought it further. */
  reset(): void {
    if (this.polls.length > 0) this.polls = [];
    this.isLoop = false;
  }

  /** It has made a call that changed nothing. */
  polled(poll: Poll): void {
    this.polls.push(poll);
    this.isLoop = undefined;
    if (this.polls.length > callsMax * this.roundsMin) this.polls.shift();
  }

  /** Another client has changed something. */
  disturb(accesses: readonly SharedAccess[]): void {
    if (this.polls.length === 0) return;
    const changed = accesses.filter(({ how }) => how !== 'read');
    if (this.polls.some((poll) => conflicts(poll.accesses, changed))) this.reset();
  }

  get isSpinning(): boolean {
    this.isLoop ??= this.findLoop();
    return this.isLoop;
  }

  private findLoop(): boolean {
    const { polls, roundsMin } = this;
    // One that touches nothing waits for nothing: to close several files makes the same call again and again, and gets on.
    const isRound = (calls: number) => {
      const end = polls.length;
      for (let at = end - calls * (roundsMin - 1); at < end; at++)
        if (polls[at]?.key !== polls[at - calls]?.key) return false;
      return polls.slice(-calls).some(({ accesses }) => accesses.length > 0);
    };
    for (let calls = 1; calls * roundsMin <= polls.length; calls++) if (isRound(calls)) return true;
    return false;
  }
}

/** Takes note of a call that was made. */
export function updateSpins(
  clients: readonly { spin: Spin; lastReport: Report | undefined }[],
  client: (typeof clients)[number],
  {
    what,
    end: { errno, digest },
    accesses,
  }: { what: number; end: CallEnd; accesses: readonly SharedAccess[] },
): void {
  const isLook = errno !== undefined || accesses.every(({ how }) => how === 'read');
  // An operation that begins or ends is no round of the same.
  if (isLook && client.lastReport?.events.length === 0)
    client.spin.polled({ key: mix(what, mix(printOfWord(errno ?? ''), digest)), accesses });
  else client.spin.reset();
  if (!isLook) for (const other of clients) if (other !== client) other.spin.disturb(accesses);
}
