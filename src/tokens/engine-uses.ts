import { StoreError } from '../errors/store-error.js';
import type { Note } from '../store/backend/revocable.js';
import type { UseNotes } from './token-source.js';
import { decodeUses, encodeUses, LastUses, PendingUses, withUses } from './use-times.js';

/** The first use of a token in a process is written soon, so that it is not listed as never used for long. */
const firstMs = 1000;
/** Later ones are written together: one write a minute and process, however many tokens are used. */
const laterMs = 60_000;
/** An engine keeps every text that it was given, for an hour perhaps: a large one is written less often, so many bytes a millisecond. */
const bytesPerMs = 8;
const callMs = 5000;
/** An engine takes values of 1 MiB, and a use has some 26 bytes. */
const countMax = 20_000;

/**
 * Notes of last uses on an engine, in one text for all hosts. Authentication never reads it, and no deletion waits for it. A process that
 * is killed loses the uses of a minute.
 */
export class EngineUses implements UseNotes {
  readonly #note: Note;
  readonly #place: string;
  readonly #pending = new PendingUses();
  #timer: { due: number; handle: NodeJS.Timeout } | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** What was written last. */
  #bytes = 0;

  constructor(note: Note, place: string) {
    this.#note = note;
    this.#place = `the last uses of ${place}`;
  }

  record(id: string, now: number): void {
    const added = this.#pending.add(id, now);
    const soonMs = Math.min(laterMs, Math.max(firstMs, this.#bytes / bytesPerMs));
    if (added) this.#flushIn(added.isFirst ? soonMs : laterMs);
  }

  async read(): Promise<LastUses> {
    try {
      return this.#decode(await this.#note.read(performance.now() + callMs));
    } catch (error) {
      const reason = error instanceof StoreError ? error.message : String(error);
      return new LastUses(new Map(), { file: this.#place, reason });
    }
  }

  /** One write at a time. */
  flush(): Promise<void> {
    clearTimeout(this.#timer?.handle);
    this.#timer = undefined;
    const uses = this.#pending.take();
    if (uses) {
      const write = () =>
        this.#change((text) => {
          const next = encodeUses(withUses(this.#decode(text), uses, countMax));
          this.#bytes = next.length;
          return next;
        });
      this.#writing = this.#writing.then(write).catch(() => this.#pending.giveBack(uses));
    }
    return this.#writing;
  }

  async forget(id: string): Promise<void> {
    const edit = (text: string | undefined) => {
      const all = new Map(this.#decode(text).times);
      return all.delete(id) ? encodeUses(all) : undefined;
    };
    // What stays is the time of a token that is never listed again.
    await this.#change(edit).catch(() => {});
  }

  #change(edit: (text: string | undefined) => string | undefined): Promise<void> {
    return this.#note.change(edit, performance.now() + callMs);
  }

  #decode(text: string | undefined): LastUses {
    return text === undefined ? new LastUses(new Map()) : decodeUses(text, this.#place);
  }

  #flushIn(ms: number): void {
    const due = performance.now() + ms;
    if (this.#timer && this.#timer.due <= due) return;
    clearTimeout(this.#timer?.handle);
    this.#timer = { due, handle: setTimeout(() => void this.flush(), ms).unref() };
  }
}
