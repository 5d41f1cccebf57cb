import type { StoreEvent } from './backend.js';
import { notify } from './notify.js';

/** A try that a member did not answer. */
export interface Failure {
  /** Nothing secret. */
  reason: string;
  /** When it began, on the monotonic clock. */
  begun: number;
  /** The caller's own time was over: another one may have had an answer. */
  isCut: boolean;
}

/** A time in which no member has answered. */
interface Silence {
  since: number;
  /** Who was tried. */
  failed: Set<string>;
  isTold: boolean;
}

/** Which members of an engine answer the calls of one store, for `onEvent`. Nothing is asked for it. */
export class Availability {
  readonly #place: string;
  readonly #count: number;
  readonly #patienceMs: number;
  readonly #onEvent: (event: StoreEvent) => void;
  #at: string | undefined;
  #silence: Silence | undefined;

  /** @param patienceMs for how long a member may be silent that calls without much time have tried */
  constructor(
    place: string,
    count: number,
    patienceMs: number,
    onEvent: (event: StoreEvent) => void = () => {},
  ) {
    this.#place = place;
    this.#count = count;
    this.#patienceMs = patienceMs;
    this.#onEvent = onEvent;
  }

  answered(member: string): void {
    const [from, silence, file] = [this.#at, this.#silence, this.#place];
    this.#at = member;
    this.#silence = undefined;
    if (silence?.isTold) this.#tell({ type: 'resumed', file, afterMs: performance.now() - silence.since });
    if (from !== undefined && from !== member) this.#tell({ type: 'moved', file, from, to: member });
  }

  failed(member: string, { reason, begun, isCut }: Failure): void {
    this.#silence ??= { since: begun, failed: new Set(), isTold: false };
    const { since, failed, isTold } = this.#silence;
    failed.add(member);
    if (isTold || failed.size < this.#count) return;
    if (isCut && performance.now() - since < this.#patienceMs) return;
    this.#silence.isTold = true;
    this.#tell({ type: 'degraded', file: this.#place, reason });
  }

  #tell(event: StoreEvent): void {
    notify(this.#onEvent, event);
  }
}
