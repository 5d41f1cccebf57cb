import { readSync } from 'node:fs';

/** In milliseconds, longer than a tick of any file system's clock: a change later than this is told by the file's times. */
export const tickMs = 20;

/** All there is, from the beginning, wherever the descriptor stands. @param size how much that probably is */
export function readAll(descriptor: number, size: number): Buffer {
  // One more than there is: a read that does not fill it has met the end.
  let buffer = Buffer.allocUnsafe(size + 1);
  for (let length = 0; ; ) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, length);
    length += count;
    if (count === 0) return buffer.subarray(0, length);
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }
}
