import fs, { readlinkSync } from 'node:fs';
import path from 'node:path';
import { type Functions, interceptFs, plainPath } from './intercept.test.helper.js';

export { intercept, interceptFs } from './intercept.test.helper.js';

/** Changes what the system says of a file. @returns a function that ends it */
export function interceptStats(change: (stats: unknown) => unknown): () => void {
  const { statSync, fstatSync } = fs as unknown as Record<'statSync' | 'fstatSync', Functions[string]>;
  return interceptFs({
    statSync: (...args) => change(statSync(...args)),
    fstatSync: (...args) => change(fstatSync(...args)),
  });
}

/**
 * Does something around the first call that is meant. What is done before may throw, as the call itself would.
 * @param isMeant asked with the plain paths of the call
 * @returns a function that ends it, and tells how many calls were meant
 */
export function around(
  name: 'mkdirSync' | 'openSync' | 'renameSync',
  isMeant: (...places: string[]) => boolean,
  { before = () => {}, after = () => {}, always = false },
): () => number {
  const original = fs[name] as (...args: unknown[]) => unknown;
  let calls = 0;
  const restore = interceptFs({
    [name]: (...args: unknown[]) => {
      const isNow = isMeant(...args.map(plainPath)) && (calls++ === 0 || always);
      if (isNow) before();
      const result = original(...args);
      if (isNow) after();
      return result;
    },
  });
  return () => {
    restore();
    return calls;
  };
}

/** Before the names of a directory are made durable, by whichever call. @returns as of `around` */
export function beforeSyncOf(
  directory: string,
  meanwhile: () => void,
  { always = false } = {},
): () => number {
  let count = 0;
  const restore = aroundSyncs((place) => {
    if (place === directory && (count++ === 0 || always)) meanwhile();
  });
  return () => {
    restore();
    return count;
  };
}

/** @param after called when what was asked for has happened */
function aroundSyncs(before: (place: string) => void, after: (place: string) => void = () => {}): () => void {
  const { fsync, fsyncSync } = fs;
  const asynchronous = (descriptor: number, callback: fs.NoParamCallback) => {
    const place = linkOf(`/proc/self/fd/${descriptor}`);
    try {
      before(place);
    } catch (error) {
      callback(error as NodeJS.ErrnoException);
      return;
    }
    fsync(descriptor, (error) => {
      if (!error) after(place);
      callback(error);
    });
  };
  const synchronous = (descriptor: number) => {
    const place = linkOf(`/proc/self/fd/${descriptor}`);
    before(place);
    fsyncSync(descriptor);
    after(place);
  };
  return interceptFs({
    fsync: Object.assign(asynchronous, fsync),
    fsyncSync: synchronous,
  } as Partial<Functions>);
}

interface Journal {
  calls: string[];
  /** From now on what has this name can't be made durable. */
  refuse: (name: string) => void;
  end: () => void;
}

/**
 * What the file system is told in a directory, in order: `sync new` when it is asked for, `synced new` when it is done,
 * `rename i/new -> auth.json` when it is done. Of what lies among the intents the kind stands for the name, `.` for the
 * directory itself.
 */
export function journalOf(directory: string): Journal {
  const calls: string[] = [];
  let refused: string | undefined;
  const nameOf = (place: string) =>
    (path.relative(directory, place) || '.')
      .replace(/^[^/]*\.intents\//, '')
      .replace(/\b([iktrd])\d*-[0-9a-f]{16}-[^/]*/, '$1');
  const endSyncs = aroundSyncs(
    (place) => {
      calls.push(`sync ${nameOf(place)}`);
      if (nameOf(place) === refused) throw systemError('EIO');
    },
    (place) => calls.push(`synced ${nameOf(place)}`),
  );
  const { renameSync } = fs;
  const endRenames = interceptFs({
    renameSync: (...places: unknown[]) => {
      const [from = '', to = ''] = places.map(plainPath).map(nameOf);
      renameSync(...(places as [string, string]));
      calls.push(`rename ${from} -> ${to}`);
    },
  });
  return {
    calls,
    refuse: (name) => {
      refused = name;
    },
    end: () => {
      endRenames();
      endSyncs();
    },
  };
}

export function linkOf(place: string): string {
  try {
    return readlinkSync(place);
  } catch {
    return '';
  }
}

/** An error as the system gives it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as a test has it`), { code });
}
