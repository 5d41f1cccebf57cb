import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { long } from '../../../src/tiers.test.helper.js';
import { newDirectory } from '../../cli/command.test.helper.js';
import { gateProgram, reasonOf, whyNot } from './syscall-gate.test.helper.js';

afterEach(() => void vi.unstubAllEnvs());

it('on another system the command line says that it can not explore, and what works there', () => {
  const why = reasonOf(() => gateProgram(newDirectory(), { platform: 'darwin', arch: 'arm64' }));
  expect(why).toBe(
    'a program can be explored on Linux, on x64 or arm64, and this is darwin on arm64; holdfast stress --command works without it',
  );
});

describe.skipIf(whyNot !== undefined)(`the helper in C${whyNot ? ` (${whyNot})` : ''}`, () => {
  it('is compiled once, and put into the cache whole', () => {
    const [cache, bin] = [newDirectory(), newDirectory()];
    // What the compiler makes of it lies in the cache of this user by now.
    const made = `while [ "$1" != -o ]; do shift; done; cp '${gateProgram()}' "$2"`;
    writeFileSync(path.join(bin, 'cc'), `#!/bin/sh\necho once >> '${bin}/runs'\n${made}\n`);
    chmodSync(path.join(bin, 'cc'), 0o755);
    vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
    const place = gateProgram(cache);
    expect(readdirSync(cache)).toEqual([path.basename(place)]);
    expect(gateProgram(cache)).toBe(place);
    expect(readFileSync(path.join(bin, 'runs'), 'utf8')).toBe('once\n');
  });

  it('is compiled by the compiler into a cache that is empty, and found there without one', long, () => {
    const cache = newDirectory();
    const place = gateProgram(cache);
    expect(readdirSync(cache)).toEqual([path.basename(place)]);
    vi.stubEnv('PATH', '/nowhere');
    expect(gateProgram(cache)).toBe(place);
  });

  it('is missing without a compiler, and the message says what to install', () => {
    vi.stubEnv('PATH', newDirectory());
    expect(reasonOf(() => gateProgram(newDirectory()))).toMatch(
      /there is no "cc" here, and holdfast-linux-(x64|arm64) is not installed; install either; holdfast stress/,
    );
  });

  it('leaves nothing behind where it does not compile, and the message has the first words of the compiler', () => {
    const [cache, bin] = [newDirectory(), newDirectory()];
    writeFileSync(path.join(bin, 'cc'), '#!/bin/sh\necho "no linux/seccomp.h" >&2\nexit 1\n');
    chmodSync(path.join(bin, 'cc'), 0o755);
    vi.stubEnv('PATH', bin);
    expect(reasonOf(() => gateProgram(cache))).toMatch(
      /can't be compiled: no linux\/seccomp\.h; it needs the headers of Linux 5\.14/,
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  it('says what a kernel lacks', () => {
    const bin = newDirectory();
    const helper = '#!/bin/sh\\necho "the kernel has no seccomp user notification" >&2\\nexit 1\\n';
    const compiler = `#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\nprintf '${helper}' > "$2"\n/bin/chmod 755 "$2"\n`;
    writeFileSync(path.join(bin, 'cc'), compiler);
    chmodSync(path.join(bin, 'cc'), 0o755);
    vi.stubEnv('PATH', bin);
    expect(reasonOf(() => gateProgram(newDirectory()))).toBe(
      "a program can't be explored here: the kernel has no seccomp user notification; holdfast stress --command works without it",
    );
  });
});
