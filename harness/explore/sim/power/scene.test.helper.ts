import { Errno } from '../kernel/errno.js';
import { Kernel } from '../kernel/kernel.js';
import { flag, type Process } from '../kernel/process.js';
import type { Bounds } from './bounds.js';
import { type CrashStates, crashStates, type PowerModel } from './crash-states.js';
import { type Image, imageOf, mountImage } from './image.js';

/** A straight-line program on a disk, and what a power loss leaves of it. */
export class Scene {
  readonly kernel: Kernel;
  readonly process: Process;
  private readonly base: Image;

  /** @param files that are there at first, and durable */
  constructor(files: Readonly<Record<string, string>> = {}) {
    const before = new Kernel();
    const boot = before.start({ client: -1 });
    for (const [name, text] of Object.entries(files)) {
      const fd = succeed(
        before.call(boot, { call: 'open', path: `/${name}`, flags: flag.WRONLY | flag.CREAT }),
      );
      before.call(boot, { call: 'write', fd, bytes: Buffer.from(text) });
      before.call(boot, { call: 'close', fd });
    }
    this.kernel = mountImage(imageOf(before), { logs: true });
    this.base = imageOf(this.kernel);
    this.process = this.kernel.start({ client: 0 });
  }

  /** @returns the descriptor */
  open(name: string, flags: number): number {
    return succeed(this.kernel.call(this.process, { call: 'open', path: `/${name}`, flags, mode: 0o600 }));
  }

  create(name: string): number {
    return this.open(name, flag.WRONLY | flag.CREAT | flag.EXCL);
  }

  write(fd: number, text: string, position?: number): void {
    succeed(this.kernel.call(this.process, { call: 'write', fd, bytes: Buffer.from(text), position }));
  }

  sync(fd: number): void {
    succeed(this.kernel.call(this.process, { call: 'fsync', fd }));
  }

  close(fd: number): void {
    succeed(this.kernel.call(this.process, { call: 'close', fd }));
  }

  syncDirectory(name = ''): void {
    const fd = this.open(name, flag.DIRECTORY);
    this.sync(fd);
    this.close(fd);
  }

  rename(from: string, to: string): void {
    succeed(this.kernel.call(this.process, { call: 'rename', path: `/${from}`, to: `/${to}` }));
  }

  acknowledge(text = 'done'): void {
    this.kernel.log?.mark(text);
  }

  states(model: PowerModel, bounds?: Partial<Bounds>): CrashStates {
    return crashStates(this.base, this.kernel.log?.changes ?? [], model, bounds);
  }

  /** What may be at the end, each once: `f=old g=new`, in the order of the names. */
  ends(model: PowerModel): string[] {
    return distinctEnds(this.states(model), () => true);
  }

  /** Only those after which something was acknowledged. */
  acknowledged(model: PowerModel): string[] {
    return distinctEnds(this.states(model), (marks) => marks.length > 0);
  }
}

function distinctEnds({ states }: CrashStates, isWanted: (marks: readonly string[]) => boolean): string[] {
  return [...new Set(states.filter(({ marks }) => isWanted(marks)).map(({ image }) => look(image)))].sort();
}

/** Files of the root, as a new process finds them. */
function look(image: Image): string {
  const kernel = mountImage(image);
  const process = kernel.start({ client: 0 });
  return succeed(kernel.call(process, { call: 'readdir', path: '/' }))
    .map(({ name, kind }) => {
      if (kind !== 'file') return `${name}/`;
      const fd = succeed(kernel.call(process, { call: 'open', path: `/${name}`, flags: 0 }));
      const bytes = succeed(kernel.call(process, { call: 'read', fd, length: 1e6 }));
      return `${name}=${Buffer.from(bytes).toString('latin1').replaceAll('\0', '0')}`;
    })
    .join(' ');
}

export function succeed<T>(answer: T | Errno): T {
  if (answer instanceof Errno) throw new Error(answer.code);
  return answer;
}
