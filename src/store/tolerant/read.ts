import { Cursor, type Fault, type Range } from './cursor.js';
import { Members } from './members.js';
import { viewsOf } from './merge.js';
import { byteText, placeFinder } from './text.js';

/** A whole entry of the first level. */
export interface FoundEntry extends Range {
  key: string;
  /** Its JSON, as in a `Document`. */
  raw: string;
}

/** What could be read of bytes that may be damaged, and what could not. All offsets count bytes. */
export interface Reading {
  /** In the order of the text. A key may come more than once. An entry that two sides of a merge share comes once. */
  entries: FoundEntry[];
  /** Comments, and lines of a merge tool. They were read, and are part of no entry. */
  remarks: Range[];
  /** What could not be read, and may hold more. White space is never part of it. */
  unread: Unread[];
  /** The first place where the bytes are not JSON, and the reason. Undefined if they are one JSON object. */
  fault: { kind: Fault['kind']; line: number; column: number } | undefined;
}

export interface Unread extends Range {
  line: number;
  column: number;
  /** How many of its bytes are zeros, which hold nothing. */
  zeros: number;
}

const blank = 0;
const other = 1;
const remark = 2;
const read = 3;

/**
 * Reads a document that an editor, a merge, a crash or a second writer has damaged. An entry counts only if it is whole and
 * certainly of the first level. Nothing is repaired and nothing is guessed, so no credential comes out that did not go in.
 * Everything else counts as unread: nothing is skipped silently.
 */
export function readDamaged(bytes: Buffer): Reading {
  const { text, encoding, toBytes } = byteText(bytes);
  const { views, markers } = viewsOf(text);
  const kinds = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) kinds[at] = isSpace(text.charCodeAt(at)) ? blank : other;
  for (const range of markers) kinds.fill(remark, range.from, range.to);
  const faults: Fault[] = markers.map(({ from }) => ({ kind: 'a merge marker', at: from }));
  if (encoding === 'UTF-16') faults.push({ kind: 'UTF-16', at: 0 });
  const found = new Map<string, FoundEntry>();
  for (const view of views) {
    const members = new Members(new Cursor(view));
    members.readAll();
    for (const { from, to } of members.claims) mark(kinds, view, read, from, to);
    for (const { from, to } of members.comments) mark(kinds, view, remark, from, to);
    faults.push(...members.faults);
    for (const entry of members.entries) {
      // The lines of the other side are blank, and not part of the entry.
      const raw = markers.length > 0 ? entry.raw.replace(/(?:\r?\n[ \t]*)+(?=\r?\n)/g, '') : entry.raw;
      found.set(`${entry.from} ${entry.to} ${raw}`, { ...entry, raw });
    }
  }
  const first = faults.sort((a, b) => a.at - b.at)[0];
  const placeOf = placeFinder(text);
  return {
    entries: inBytes(
      [...found.values()].sort((a, b) => a.from - b.from),
      toBytes,
    ),
    remarks: inBytes(runsOf(kinds, remark), toBytes),
    unread: inBytes(
      runsOf(kinds, other).map((run) => ({ ...run, ...placeOf(run.from), zeros: zerosIn(text, run) })),
      toBytes,
    ),
    fault: first && { kind: first.kind, ...placeFinder(text)(first.at) },
  };
}

/** Skips what is blank in this view, because it belongs to another side of a merge. */
function mark(kinds: Uint8Array, view: string, kind: number, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    if (kinds[at] !== blank && !isSpace(view.charCodeAt(at))) kinds[at] = kind;
  }
}

/** Runs of one kind, with the white space between them. */
function runsOf(kinds: Uint8Array, kind: number): Range[] {
  const runs: Range[] = [];
  let open: Range | undefined;
  for (let at = 0; at < kinds.length; at++) {
    if (kinds[at] === kind) {
      if (open) open.to = at + 1;
      else {
        open = { from: at, to: at + 1 };
        runs.push(open);
      }
    } else if (kinds[at] !== blank) open = undefined;
  }
  return runs;
}

function inBytes<R extends Range>(ranges: R[], toBytes: (places: readonly number[]) => number[]): R[] {
  // Ranges may overlap, as two sides of a merge do. Then the ends are not in the order of the starts.
  const places = [...new Set(ranges.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const found = toBytes(places);
  const at = new Map(places.map((place, n) => [place, found[n] ?? place]));
  return ranges.map((range) => ({ ...range, from: at.get(range.from) ?? 0, to: at.get(range.to) ?? 0 }));
}

function zerosIn(text: string, { from, to }: Range): number {
  let count = 0;
  for (let at = from; at < to; at++) if (text.charCodeAt(at) === 0) count++;
  return count;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
