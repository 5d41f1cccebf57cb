import type { FileEvent, ValueId } from '../history/events.js';
import type { List } from '../history/list.js';
import type { Run } from '../history/run.js';
import { untouchedSeeds } from './lost-update/registers.js';

type Content = ReadonlyMap<string, ValueId>;

/**
 * In most formats of programs a part of a file is a file, too. What tells is an entry that no client touches: it was there in a
 * content before, and in one after, so the content without it was a write that had not ended. Such contents become broken ones.
 * Nothing is said here about cuts without an end, where an entry never came back: then it was lost.
 */
export function withCutFiles(run: Run): Run {
  const { program, evidence } = run.header;
  if (!program || program.cutShows || evidence?.of !== 'read') return run;
  const seeds = untouchedSeeds(run).map(({ key }) => key);
  const contents = contentsOf(run.files);
  const isCut = contents.map((content, at) =>
    content === undefined
      ? undefined
      : seeds.find(
          (key) => !content.has(key) && isBefore(contents, at, key) && isAfter(contents, at, key, run),
        ),
  );
  if (isCut.every((key) => key === undefined)) return run;
  let last: Content = new Map();
  const files = run.files.map((file, at): FileEvent => {
    const [content, missed] = [contents[at], isCut[at]];
    if (content === undefined) return file;
    if (missed !== undefined) {
      const broken = `it has ${content.size} entries, and not "${missed}", which was there before and after`;
      return { ...plain(file), broken, set: {}, removed: [] };
    }
    const whole = difference(file, last, content);
    last = content;
    return whole;
  });
  return { ...run, files };
}

function isBefore(contents: readonly (Content | undefined)[], at: number, key: string): boolean {
  return contents.slice(0, at).some((content) => content?.has(key));
}

function isAfter(
  contents: readonly (Content | undefined)[],
  at: number,
  key: string,
  { final }: Run,
): boolean {
  const isLater = contents.slice(at + 1).some((content) => content?.has(key));
  return isLater || (final?.broken === null && Object.hasOwn(final.entries, key));
}

/** All entries of each content; undefined for a broken one. */
function contentsOf(files: List<FileEvent>): (Content | undefined)[] {
  let content: Content = new Map();
  return files.map(({ broken, set, removed }) => {
    if (broken !== null) return undefined;
    const next = new Map([...content, ...Object.entries(set)]);
    for (const key of removed) next.delete(key);
    content = next;
    return content;
  });
}

function difference(file: FileEvent, before: Content, now: Content): FileEvent {
  const set = [...now].filter(([key, value]) => before.get(key) !== value);
  const removed = [...before.keys()].filter((key) => !now.has(key));
  return { ...plain(file), set: Object.fromEntries(set), removed };
}

/** Of a table its fields are getters. */
function plain({ type, time, until, seen, version, broken, set, removed, hash }: FileEvent): FileEvent {
  return { type, time, until, seen, version, broken, set, removed, hash };
}
