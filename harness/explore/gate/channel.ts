import type { Grant, Report } from '../protocol/protocol.js';
import { real } from './real.js';

/** Inherited: from the scheduler, and to it. */
const downFd = 3;
const upFd = 4;

const chunk = Buffer.allocUnsafe(64 * 1024);
let rest = '';

export function send(report: Report): void {
  const line = Buffer.from(`${JSON.stringify(report)}\n`);
  for (let written = 0; written < line.length; ) written += real.fs.writeSync(upFd, line, written);
}

/** Blocks the whole process until the scheduler has spoken: this is the gate. */
export function receive(): Grant {
  for (;;) {
    const end = rest.indexOf('\n');
    if (end >= 0) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      return JSON.parse(line) as Grant;
    }
    const count = real.fs.readSync(downFd, chunk);
    // The scheduler is gone, perhaps killed: no grant would ever come.
    if (count === 0) real.kill(real.pid, 'SIGKILL');
    rest += chunk.toString('utf8', 0, count);
  }
}
