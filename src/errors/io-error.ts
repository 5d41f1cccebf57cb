import { errnoOf, StoreError } from './store-error.js';

/** An error of the operating system after which nothing has been written. */
export function ioError(action: string, file: string, cause: unknown): StoreError {
  const reason = errnoOf(cause) ?? (cause instanceof Error ? cause.message : String(cause));
  return new StoreError('E_IO', `could not ${action} ${file}: ${reason}`, {
    definite: true,
    file,
    cause,
    hint: hints[reason],
  });
}

/** The advice of such a hint alone, for a reader who knows whether anything was written. */
export function adviceIn(hint: string): string {
  return hint.replace(/^Nothing was written\. /, '');
}

const permission =
  'Nothing was written. See who owns the file and its directory, and whether you may write there';
const space = 'Nothing was written. Make room and try again';
const descriptors = 'Nothing was written. Too many files are open; try again when there are fewer';
const mounted =
  "Nothing was written. It is a mount of its own, which can't be replaced: mount its directory instead";

const hints: Record<string, string> = {
  EACCES: permission,
  EPERM: permission,
  EROFS: 'Nothing was written. The file system is mounted read-only',
  ENOSPC: space,
  EDQUOT: space,
  EFBIG: 'Nothing was written. The process may not write files of that size (ulimit -f)',
  EMFILE: descriptors,
  ENFILE: descriptors,
  EBUSY: mounted,
  EXDEV: mounted,
  ENOTDIR: 'Nothing was written. A file stands where a directory should be: move it away',
  ENOTEMPTY: 'Nothing was written. A directory stands in its place: move it away',
  ELOOP: 'Nothing was written. Its symbolic links lead in a circle',
};
