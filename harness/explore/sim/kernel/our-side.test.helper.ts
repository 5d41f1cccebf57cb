import type { AnswerOf, CallOf, KernelCallName, Stats } from './calls.js';
import { Errno } from './errno.js';
import { Kernel } from './kernel.js';
import type { Process } from './process.js';
import { commonGroup, type Step } from './sequences.test.helper.js';
import { pathOf, relativeTarget, type Side, Sights } from './sides.test.helper.js';

/** Two processes on the simulated file system. Times of the clock are far from those that are set. */
export class OurSide implements Side {
  readonly kernel: Kernel;
  private readonly open: (number | undefined)[][] = [[], []];
  private readonly processes: readonly Process[];
  private readonly sights: Sights;

  constructor(
    private readonly root: string,
    uids: readonly [number, number],
    umasks: readonly [number, number],
    owner: number,
    protectsHardLinks: boolean,
    /** Each call with a path is made in two halves. */
    private readonly splits = false,
    { logs = false, tellsApart = true } = {},
  ) {
    this.sights = new Sights(tellsApart);
    this.kernel = new Kernel({ now: 1e15, protectsHardLinks, logs });
    const boot = this.kernel.start({ client: -1, umask: 0 });
    let place = '';
    for (const word of root.split('/').slice(1)) {
      place += `/${word}`;
      this.kernel.call(boot, { call: 'mkdir', path: place, mode: 0o755 });
      // The last words of it are the sandbox, which is the user's.
      if (/\/n$/.test(place)) this.kernel.call(boot, { call: 'chown', path: place, uid: owner, gid: owner });
    }
    this.processes = uids.map((uid, client) =>
      this.kernel.start({ client, uid, gid: uid, groups: [commonGroup], umask: umasks[client] ?? 0 }),
    );
    for (const process of this.processes) this.kernel.changeDirectory(process, root);
  }

  make(step: Step): string {
    this.kernel.now++;
    const answer = this.perform(step);
    return answer instanceof Errno ? answer.code : answer;
  }

  private perform(step: Step): string | Errno {
    const open = this.open[step.who] as (number | undefined)[];
    const process = this.processes[step.who] as Process;
    const { call, slot, mode, size, text, uid, gid } = step;
    const [path, to] = [pathOf(step.place, this.root, open), pathOf(step.to, this.root, open)];
    const fd = open[slot] ?? 4000;
    const position = step.position ?? undefined;
    const mtime = step.mtime * 1e9;
    const bytes = Buffer.from(text);
    switch (call) {
      case 'open': {
        const opened = this.call(process, { call, path, flags: step.flags, mode });
        if (opened instanceof Errno) return opened;
        if (open[slot] !== undefined) this.call(process, { call: 'close', fd: open[slot] });
        open[slot] = opened;
        return 'opened';
      }
      case 'close': {
        const closed = this.call(process, { call, fd });
        if (closed === undefined) open[slot] = undefined;
        return closed ?? '';
      }
      case 'read':
        return latin(this.call(process, { call, fd, length: size + 1, position }));
      case 'readv':
        return latin(this.call(process, { call, fd, lengths: [2, size + 1], position }));
      case 'write':
        return text1(this.call(process, { call, fd, bytes, position }));
      case 'writev':
        return text1(this.call(process, { call, fd, parts: [bytes, Buffer.from('v')], position }));
      case 'truncate': {
        // As Node does it.
        const opened = this.call(process, { call: 'open', path, flags: 2 });
        if (opened instanceof Errno) return opened;
        const answer = this.call(process, { call: 'ftruncate', fd: opened, size });
        this.call(process, { call: 'close', fd: opened });
        return text1(answer);
      }
      case 'ftruncate':
        return text1(this.call(process, { call, fd, size }));
      case 'fsync':
      case 'fdatasync':
        return text1(this.call(process, { call, fd }));
      case 'stat':
      case 'lstat':
        return this.describe(this.call(process, { call, path }));
      case 'fstat':
        return this.describe(this.call(process, { call, fd }));
      case 'access':
        return text1(this.call(process, { call, path, mode: size & 7 }));
      case 'chmod':
      case 'mkdir':
        return text1(this.call(process, { call, path, mode }));
      case 'fchmod':
        return text1(this.call(process, { call, fd, mode }));
      case 'chown':
      case 'lchown':
        return text1(this.call(process, { call, path, uid, gid }));
      case 'fchown':
        return text1(this.call(process, { call, fd, uid, gid }));
      case 'utimes':
      case 'lutimes':
        return text1(this.call(process, { call, path, mtime }));
      case 'futimes':
        return text1(this.call(process, { call, fd, mtime }));
      case 'readdir': {
        const listed = this.call(process, { call, path });
        if (listed instanceof Errno) return listed;
        return listed
          .map(({ name, kind }) => `${name} ${kind}`)
          .sort()
          .join();
      }
      case 'rmdir':
      case 'unlink':
      case 'readlink':
      case 'realpath':
        return text1(this.call(process, { call, path }));
      case 'symlink':
        return text1(this.call(process, { call, path, target: relativeTarget(step.target, this.root) }));
      case 'rename':
      case 'link':
        return text1(this.call(process, { call, path, to }));
      case 'copyFile':
        return text1(this.call(process, { call, path, to, isExclusive: size % 2 === 1 }));
    }
  }

  private call<Name extends KernelCallName>(process: Process, call: CallOf<Name>): AnswerOf<Name> | Errno {
    const isWhole = !this.splits || call.call === 'realpath' || call.call === 'copyFile';
    if (isWhole || !('path' in call)) return this.kernel.call(process, call);
    const pin = this.kernel.resolve(process, call);
    return pin instanceof Errno ? pin : (this.kernel.finish(process, pin) as AnswerOf<Name> | Errno);
  }

  private describe(stats: Stats | Errno): string | Errno {
    if (stats instanceof Errno) return stats;
    if (stats.dev === 0) return `descriptor ${stats.mode.toString(8)}`;
    return this.sights.describe({ ...stats, mtime: stats.mtime / 1e9 });
  }
}

function text1(answer: undefined | number | string | Errno): string | Errno {
  return answer instanceof Errno ? answer : `${answer}`;
}

function latin(answer: Uint8Array | Errno): string | Errno {
  return answer instanceof Errno ? answer : Buffer.from(answer).toString('latin1');
}
