import { fstatSync } from 'node:fs';
import { parseDocument } from '../document.js';
import { readAll } from '../reading.js';
import type { LateWrite, ReplacedFile } from './commit/task.js';
import { closeLater } from './disk/stage.js';
import { identityOf } from './disk/state.js';

/**
 * When a replaced file is looked at again, in milliseconds after its replacement, besides at each operation. The last look comes
 * long after a program that had the file open then has written.
 */
const looksMs = [2, 8, 32, 128] as const;
/** At so many commits in quick succession the oldest file is let go early. */
const heldMax = 8;

interface Held extends ReplacedFile {
  /** As of the last look. */
  identity: string;
  since: number;
  /** How many of the looks are over. */
  looks: number;
}

/**
 * The files that commits have replaced, held open for a while. A program that had one of them open when it was replaced goes on
 * to write into it, and what it writes is in no file any more:
 *
 *     program: opens auth.json to write | store: renames a new auth.json into place | program: writes, into nothing
 *
 * A look is one call where nothing was written.
 */
export class ReplacedFiles {
  readonly #onLate: () => void;
  #held: Held[] = [];
  #late: LateWrite[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param onLate called when a timer has found what was written late */
  constructor(onLate: () => void) {
    this.#onLate = onLate;
  }

  add(file: ReplacedFile): void {
    const { open, bytes, document } = file;
    const { identity } = open;
    this.#held.push({ open, bytes, document, identity, since: performance.now(), looks: 0 });
    for (const old of this.#held.slice(0, -heldMax)) this.#look(old, 'surely');
    closeAll(this.#held.slice(0, -heldMax));
    this.#held = this.#held.slice(-heldMax);
    this.#wait();
  }

  /** Was anything written late into these files that no commit has taken? */
  hasLate(): boolean {
    for (const held of this.#held) this.#look(held);
    return this.#late.length > 0;
  }

  /** What was written late, the oldest first, for one commit. */
  take(): LateWrite[] {
    return this.hasLate() ? this.#late.splice(0) : [];
  }

  /** That commit has failed: the next one tries again. */
  giveBack(late: readonly LateWrite[]): void {
    this.#late.unshift(...late);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    closeAll(this.#held);
    this.#held = [];
  }

  /** @param how `surely` also reads a file of the same size and times: within one tick of its clock a change does not show */
  #look(held: Held, how: 'surely' | 'cheaply' = 'cheaply'): void {
    const stats = fstatSync(held.open.descriptor, { bigint: true });
    const identity = identityOf(stats);
    if (identity === held.identity && how === 'cheaply') return;
    const bytes = readAll(held.open.descriptor, Number(stats.size));
    const document = bytes.equals(held.bytes) ? undefined : parseDocument(bytes);
    // Not whole yet, most likely: the next look finds the rest.
    if (!document && !bytes.equals(held.bytes)) return;
    if (document) this.#late.push({ document, identity, before: held.document });
    held.identity = identity;
    held.bytes = bytes;
  }

  #wait(): void {
    if (this.#timer || this.#held.length === 0) return;
    const due = Math.min(...this.#held.map(({ since, looks }) => since + (looksMs[looks] ?? 0)));
    this.#timer = setTimeout(() => this.#onTime(), Math.max(0, due - performance.now())).unref();
  }

  #onTime(): void {
    this.#timer = undefined;
    const now = performance.now();
    const isOver = ({ looks }: Held) => looks === looksMs.length;
    for (const held of this.#held) {
      const next = looksMs.findIndex((ms) => held.since + ms > now);
      held.looks = next < 0 ? looksMs.length : next;
      this.#look(held, isOver(held) ? 'surely' : 'cheaply');
    }
    closeAll(this.#held.filter(isOver));
    this.#held = this.#held.filter((held) => !isOver(held));
    this.#wait();
    if (this.#late.length > 0) this.#onLate();
  }
}

function closeAll(held: readonly Held[]): void {
  closeLater(held.map(({ open }) => open));
}
