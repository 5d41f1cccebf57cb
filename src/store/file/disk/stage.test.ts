import fs, { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { interceptFs, systemError } from '../../calls.test.helper.js';
import { newDirectory } from '../../scratch.test.helper.js';
import { closeLater, stage } from './stage.js';

const newPlace = () => path.join(newDirectory(), 'new');
const bytes = Buffer.from('{"a":"a value of some length"}');

function withWriteSync(write: (original: typeof fs.writeSync) => unknown): void {
  onTestFinished(interceptFs({ writeSync: write(fs.writeSync) as (...args: unknown[]) => unknown }));
}

describe('a staged file', () => {
  it.each([0, 0o022, 0o077, 0o200, 0o700, 0o777])(
    'a staged file is for its owner alone under the umask %o',
    (umask) => {
      const before = process.umask(umask);
      onTestFinished(() => {
        process.umask(before);
      });
      const place = newPlace();
      closeLater([stage(place, bytes)]);
      expect(statSync(place).mode & 0o777).toBe(0o600);
    },
  );

  it('staging replaces nothing that is there', () => {
    const place = newPlace();
    writeFileSync(place, 'of another');
    expect(() => stage(place, bytes)).toThrow('EEXIST');
    expect(readFileSync(place, 'utf8')).toBe('of another');
  });

  it('a staged file is whole where the system writes a few bytes at a time', () => {
    withWriteSync(
      (original) => (descriptor: number, data: Uint8Array, from: number) =>
        original(descriptor, data, from, Math.min(3, data.length - from)),
    );
    const place = newPlace();
    closeLater([stage(place, bytes)]);
    expect(readFileSync(place)).toEqual(bytes);
  });

  it('staging that fails midway is an error, and no part of the file is left', () => {
    withWriteSync((original) => (descriptor: number, data: Uint8Array, from: number) => {
      if (from > 3) throw systemError('ENOSPC');
      return original(descriptor, data, from, 4);
    });
    const place = newPlace();
    expect(() => stage(place, bytes)).toThrow('ENOSPC');
    expect(existsSync(place)).toBe(false);
  });

  it('staging that stops midway without an error of the system is an error, too', () => {
    withWriteSync(() => () => 0);
    const place = newPlace();
    expect(() => stage(place, bytes)).toThrow(`only 0 of ${bytes.length} bytes could be written`);
    expect(existsSync(place)).toBe(false);
  });
});
