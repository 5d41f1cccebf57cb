import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { newDirectory, siteOf } from '../../scratch.test.helper.js';
import { closeLater, stage } from './stage.js';
import { hasChanged, isSameIdentity, readState } from './state.js';

const before = Buffer.from('{"a":1}');
const after = Buffer.from('{"a":2}');

/** A file of ours right after its commit: its descriptor is still open. */
function committed() {
  const directory = newDirectory();
  const file = path.join(directory, 'auth.json');
  const open = stage(path.join(directory, 'new'), before);
  renameSync(path.join(directory, 'new'), file);
  const site = siteOf(file);
  return { file, site, open, seen: readState(site), stranger: path.join(directory, 'stranger') };
}

describe('a file that is still open from its commit', () => {
  it('the file has not changed by being renamed and read, nor by its times alone', () => {
    const { file, site, open, seen } = committed();
    expect(hasChanged(site, seen, open)).toBe(false);
    execFileSync('touch', ['-d', '2001-01-01', file]);
    expect(hasChanged(site, seen, open)).toBe(false);
    closeLater([open]);
  });

  it('the file has changed if it was rewritten in place within one tick of the clock, at the same size', () => {
    const { file, site, open, seen, stranger } = committed();
    execFileSync('touch', ['-r', file, stranger]);
    writeFileSync(file, after);
    execFileSync('touch', ['-r', stranger, file]);
    expect(readState(site).identity).toBe(seen.identity);
    expect(hasChanged(site, seen, open)).toBe(true);
    closeLater([open]);
  });

  it('the file has changed if another is in its place, or none', () => {
    const { file, site, open, seen, stranger } = committed();
    writeFileSync(stranger, after);
    execFileSync('touch', ['-r', file, stranger]);
    renameSync(stranger, file);
    expect(hasChanged(site, seen, open)).toBe(true);
    rmSync(file);
    expect(hasChanged(site, seen, open)).toBe(true);
    closeLater([open]);
  });
});

describe('the identity of a file', () => {
  it('an identity is recognized across runtimes with times in milliseconds and in nanoseconds', () => {
    expect(isSameIdentity('1.2.30.1700000000123456789', '1.2.30.1700000000123000000')).toBe(true);
    expect(isSameIdentity('1.2.30.1700000000123000000', '1.2.30.1700000000123456789')).toBe(true);
  });
  it('an identity differs after a change, in any runtime', () => {
    for (const other of [
      '1.2.30.1700000000124000000',
      '1.2.31.1700000000123000000',
      '1.3.30.1700000000123000000',
    ])
      expect(isSameIdentity('1.2.30.1700000000123456789', other)).toBe(false);
    expect(isSameIdentity('1.2.30.1700000000123456789', '1.2.30.1700000000123456788')).toBe(false);
    expect(isSameIdentity('none', '1.2.30.1700000000123000000')).toBe(false);
  });
});
