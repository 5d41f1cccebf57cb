import { fstatSync } from 'node:fs';
import { readAll } from '../../surroundings/reading.js';
import { parseDocument } from '../document/document.js';
import type { LateWrite, ReplacedFile } from './commit/task.js';
import { closeLater } from './disk/stage.js';
import { identityOf } from './disk/state.js';

/**
 * When a replaced file is looked at again, in milliseconds after its replacement, besides at each repair. The last look comes
 * long after a program that had the file open then has written.
 */
const looksMs = [2, 8, 32, 128] as const;
/** At so many commits in quick succession the oldest file is let go early. */
const heldMax = 8;

/** `surely` also reads a file of the same size and times: within one tick of its clock a change does not show. */
type How = 'surely' | 'cheaply';

interface HeldFile extends ReplacedFile {
  /** This, the bytes and the document are as of the last look. */
  identity: string;
  since: number;
  /** How many of the looks are over. */
  looks: number;
}

/**
 * The files that the repairs of a guard have replaced, held open for a while. A program that had one of them open when it was
 * replaced goes on to write into it, and what it writes is in no file any more:
 *
 *     program: opens auth.json to write | guard: renames a new auth.json into place | program: writes, into nothing
 *
 * Only a process that has seen each state of the file can judge such a write: others may have changed the same entries since.
 * A look is one call where nothing was written.
 */
export class ReplacedFiles {
  readonly #onLate: (late: LateWrite) => void;
  #held: HeldFile[] = [];
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param onLate called at each look with what was written since, the oldest first */
  constructor(onLate: (late: LateWrite) => void) {
    this.#onLate = onLate;
  }

  /** The file is closed with the others, or at once if they are. */
  add(file: ReplacedFile): void {
    const { open, bytes, document } = file;
    if (this.#isClosed) {
      closeLater([open]);
      return;
    }
    const { identity } = open;
    this.#held.push({ open, bytes, document, identity, since: performance.now(), looks: 0 });
    const old = this.#held.slice(0, -heldMax);
    this.#held = this.#held.slice(-heldMax);
    const late = this.#check(old, () => 'surely');
    closeAll(old);
    this.#wait();
    this.#report(late);
  }

  look(): void {
    this.#report(this.#check(this.#held, () => 'cheaply'));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    closeAll(this.#held);
    this.#held = [];
  }

  #report(late: readonly LateWrite[]): void {
    for (const write of late) this.#onLate(write);
  }

  /** A file that can't be looked at is let go: no call asked for it that could be told. */
  #check(all: readonly HeldFile[], howAt: (held: HeldFile) => How): LateWrite[] {
    return all.flatMap((held) => {
      try {
        return lateIn(held, howAt(held));
      } catch {
        closeAll([held]);
        this.#held = this.#held.filter((other) => other !== held);
        return [];
      }
    });
  }

  #wait(): void {
    if (this.#timer || this.#held.length === 0) return;
    const due = Math.min(...this.#held.map(({ since, looks }) => since + (looksMs[looks] ?? 0)));
    this.#timer = setTimeout(() => this.#onTime(), Math.max(0, due - performance.now())).unref();
  }

  #onTime(): void {
    this.#timer = undefined;
    const now = performance.now();
    const isOver = ({ looks }: HeldFile) => looks === looksMs.length;
    for (const held of this.#held) {
      const next = looksMs.findIndex((ms) => held.since + ms > now);
      held.looks = next < 0 ? looksMs.length : next;
    }
    const late = this.#check(this.#held, (held) => (isOver(held) ? 'surely' : 'cheaply'));
    closeAll(this.#held.filter(isOver));
    this.#held = this.#held.filter((held) => !isOver(held));
    this.#wait();
    this.#report(late);
  }
}

function closeAll(held: readonly HeldFile[]): void {
  closeLater(held.map(({ open }) => open));
}

function lateIn(held: HeldFile, how: How): LateWrite[] {
  const stats = fstatSync(held.open.descriptor, { bigint: true });
  const identity = identityOf(stats);
  if (identity === held.identity && how === 'cheaply') return [];
  const bytes = readAll(held.open.descriptor, Number(stats.size));
  const isNew = !bytes.equals(held.bytes);
  const document = isNew ? parseDocument(bytes) : undefined;
  // Not whole yet, most likely: the next look finds the rest.
  if (isNew && !document) return [];
  held.identity = identity;
  held.bytes = bytes;
  if (!document) return [];
  const before = held.document;
  held.document = document;
  return [{ document, before }];
}
