import { readSync } from 'node:fs';

/** In milliseconds, longer than a tick of any file system's clock: the file's times show a change that is later than this. */
export const tickMs = 20;

/** Reads all bytes, from the beginning, wherever the descriptor stands. @param size the likely size */
export function readAll(descriptor: number, size: number): Buffer {
  // One byte more than there is: a read that does not fill the buffer has met the end.
  let buffer = Buffer.allocUnsafe(size + 1);
  for (let length = 0; ; ) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, length);
    length += count;
    if (count === 0) return buffer.subarray(0, length);
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }
}
