import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Vitest's global setup. All that tests make in the directory for temporary files lies in one of this run, and goes with it: else
 * a full run leaves some thousand directories behind. It is open to all users and sticky, as the one around it.
 */
export default function setup(): () => void {
  const before = process.env.TMPDIR;
  const own = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-tests-')));
  chmodSync(own, 0o1777);
  process.env.TMPDIR = own;
  return () => {
    rmSync(own, { recursive: true, force: true });
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  };
}
