import type { CallOf } from './calls.js';
import { fail } from './errno.js';
import { type Inode, noBytes } from './inode.js';
import type { Kernel } from './kernel.js';
import { unlockFile } from './locks.js';
import { dropPrivileges } from './permission.js';
import { flag, type OpenFile, type Process } from './process.js';

/** Calls on the content of an open file. */
export const descriptorCalls = {
  close(kernel: Kernel, process: Process, { fd }: CallOf<'close'>): undefined {
    const file = process.file(fd);
    process.descriptors[fd] = undefined;
    unlockFile(file);
    if (file.canWrite) kernel.log?.push({ change: 'close', inode: file.inode.id });
    kernel.release(file.inode);
  },

  read(_: Kernel, process: Process, { fd, length, position }: CallOf<'read'>): Uint8Array {
    return readFrom(process.usable(fd), length, position);
  },

  readv(_: Kernel, process: Process, { fd, lengths, position }: CallOf<'readv'>): Uint8Array {
    const length = lengths.reduce((sum, one) => sum + one, 0);
    return readFrom(process.usable(fd), length, position);
  },

  write(kernel: Kernel, process: Process, { fd, bytes, position }: CallOf<'write'>): number {
    return writeTo(kernel, process, process.usable(fd), bytes, position);
  },

  writev(kernel: Kernel, process: Process, { fd, parts, position }: CallOf<'writev'>): number {
    return writeTo(kernel, process, process.usable(fd), joined(parts), position);
  },

  ftruncate(kernel: Kernel, process: Process, { fd, size }: CallOf<'ftruncate'>): undefined {
    if (size < 0) fail('EINVAL');
    const file = process.usable(fd);
    if (!file.canWrite || file.inode.kind !== 'file') fail('EINVAL');
    resize(kernel, process, file.inode, size, true);
  },

  fsync(kernel: Kernel, process: Process, { fd }: CallOf<'fsync'>): undefined {
    const { id } = process.usable(fd).inode;
    kernel.log?.push({ change: 'sync', inode: id, isDataOnly: false });
  },

  fdatasync(kernel: Kernel, process: Process, { fd }: CallOf<'fdatasync'>): undefined {
    const { id } = process.usable(fd).inode;
    kernel.log?.push({ change: 'sync', inode: id, isDataOnly: true });
  },
};

function readFrom(file: OpenFile, length: number, position: number | undefined): Uint8Array {
  const { inode } = file;
  if (!file.canRead) fail('EBADF');
  if (position !== undefined && position < 0) fail('EINVAL');
  if (inode.kind === 'directory') fail('EISDIR');
  const from = position ?? file.offset;
  const end = Math.min(inode.size, from + length);
  const found = end > from ? inode.bytes.slice(from, end) : noBytes;
  if (position === undefined) file.offset += found.length;
  return found;
}

function writeTo(
  kernel: Kernel,
  process: Process,
  file: OpenFile,
  bytes: Uint8Array,
  position: number | undefined,
): number {
  if (!file.canWrite) fail('EBADF');
  if (position !== undefined && position < 0) fail('EINVAL');
  if (bytes.length === 0) return 0;
  const { inode } = file;
  // Linux appends even where a position is given.
  const at = (file.flags & flag.APPEND) !== 0 ? inode.size : (position ?? file.offset);
  const written = writeAt(kernel, process, inode, bytes, at);
  if (position === undefined) file.offset = at + written;
  return written;
}

/** @returns how many bytes there was room for */
export function writeAt(
  kernel: Kernel,
  process: Process,
  inode: Inode,
  bytes: Uint8Array,
  at: number,
): number {
  const more = Math.max(0, at + bytes.length - inode.charged);
  // A hole before the data takes room, too: that is less than exact, and stays so.
  const granted = inode.disk.grant(inode, more);
  const written = Math.min(bytes.length, bytes.length - (more - granted));
  if (written <= 0) fail('ENOSPC');
  const end = at + written;
  inode.disk.charge(inode, Math.max(inode.charged, end));
  grow(inode, end);
  const part = written === bytes.length ? bytes : bytes.subarray(0, written);
  inode.bytes.set(part, at);
  if (end > inode.size) inode.size = end;
  kernel.touch(inode);
  const hasLost = dropPrivileges(process, inode);
  kernel.log?.push({ change: 'data', inode: inode.id, at, bytes: part.slice() });
  if (hasLost) kernel.logAttributes(inode);
  return written;
}

/** @param isTouched its times change, whether its size does or not */
export function resize(
  kernel: Kernel,
  process: Process,
  inode: Inode,
  size: number,
  isTouched: boolean,
): void {
  if (size < inode.size) inode.bytes.fill(0, size, inode.size);
  else grow(inode, size);
  const isChanged = size !== inode.size;
  inode.size = size;
  if (size < inode.charged) inode.disk.charge(inode, size);
  if (isTouched) kernel.touch(inode);
  if (isChanged) kernel.log?.push({ change: 'size', inode: inode.id, size });
  if (dropPrivileges(process, inode)) kernel.logAttributes(inode);
}

function grow(inode: Inode, size: number): void {
  if (size <= inode.bytes.length) return;
  const grown = new Uint8Array(Math.max(size, 256, inode.bytes.length * 2));
  grown.set(inode.content());
  inode.bytes = grown;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
