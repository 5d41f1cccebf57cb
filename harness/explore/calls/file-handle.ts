import { EventEmitter } from 'node:events';
import type { Calls } from './call.js';
import type { Arguments, Definition } from './path-calls.js';

/** The functions of `fs` that make streams. */
export interface Streams {
  createReadStream: (place: string, options: object) => unknown;
  createWriteStream: (place: string, options: object) => unknown;
}

type Run = (calls: Calls) => Promise<unknown>;

/** What `fs.promises.open` gives: the methods of Node's own, on gated calls. */
export class FileHandle extends EventEmitter {
  constructor(
    public fd: number,
    private readonly run: Run,
    private readonly definitions: Readonly<Record<string, Definition>>,
    private readonly streams: Streams,
  ) {
    super();
  }

  stat(options?: unknown) {
    return this.call('fstat', options);
  }
  sync() {
    return this.call('fsync');
  }
  datasync() {
    return this.call('fdatasync');
  }
  truncate(length = 0) {
    return this.call('ftruncate', length);
  }
  chmod(mode: unknown) {
    return this.call('fchmod', mode);
  }
  chown(uid: number, gid: number) {
    return this.call('fchown', uid, gid);
  }
  utimes(atime: unknown, mtime: unknown) {
    return this.call('futimes', atime, mtime);
  }
  readFile(options?: unknown) {
    return this.call('readFile', options);
  }
  writeFile(data: unknown, options?: unknown) {
    return this.call('writeFile', data, options);
  }
  appendFile(data: unknown, options?: unknown) {
    return this.call('writeFile', data, options);
  }
  async read(...args: Arguments) {
    const isOptions = !ArrayBuffer.isView(args[0]);
    const { buffer = isOptions ? Buffer.alloc(16 * 1024) : args[0], ...options } = isOptions
      ? (args[0] ?? {})
      : {};
    const rest = isOptions ? [options] : args.slice(1);
    return { bytesRead: await this.call('read', buffer, ...rest), buffer };
  }
  async write(data: unknown, ...rest: Arguments) {
    return { bytesWritten: await this.call('write', data, ...rest), buffer: data };
  }
  async readv(buffers: unknown, position?: unknown) {
    return { bytesRead: await this.call('readv', buffers, position), buffers };
  }
  async writev(buffers: unknown, position?: unknown) {
    return { bytesWritten: await this.call('writev', buffers, position), buffers };
  }
  createReadStream(options: object = {}) {
    return this.streams.createReadStream('', { ...options, fd: this.fd });
  }
  createWriteStream(options: object = {}) {
    return this.streams.createWriteStream('', { ...options, fd: this.fd });
  }
  async close(): Promise<void> {
    if (this.fd < 0) return;
    const closing = this.call('close');
    this.fd = -1;
    await closing;
    this.emit('close');
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private call(name: string, ...args: Arguments): Promise<unknown> {
    return this.run((this.definitions[name] as Definition)(this.fd, ...args));
  }
}
