import type { Inode } from './inode.js';

/**
 * A call with a path, which the kernel does not make at once: it yields what it has found on the way and holds from then on, and
 * then does what it is to do. How far it goes first is what Linux does (`fs/namei.c`):
 *
 * - What changes an entry (`mkdir`, `symlink`, `unlink`, `rmdir`, `rename`, the second path of `link`, `open` with O_CREAT) finds the
 *   directory of each last word (`filename_parentat`), then locks it, and only then looks the word up and acts. A directory that
 *   was renamed meanwhile is still the one, and in one that was removed nothing can be made: ENOENT.
 * - What is about a file (`stat`, `open` without O_CREAT, `truncate`, `chmod`, `utimes`, `readdir`, `access`, `readlink`, the first path of
 *   `link`) finds the file itself (`filename_lookup`), through its last word, and acts on that, whatever has its name by then. So
 *   `open` with O_TRUNC empties what was found.
 *
 * The way there is one step. The kernel goes from word to word, but that makes a difference only where others rename a directory,
 * or replace a link, on the way, and then put a new entry into what was found under its old name. And `open` with O_CREAT of a file
 * that is there looks up, opens and empties it in one step, though the directory is not locked any more while it is emptied.
 */
export type Halves<T> = Generator<readonly Inode[], T, void>;

/** Both, one right after the other. */
export function wholly<T>(halves: Halves<T>): T {
  halves.next();
  return halves.next().value as T;
}
