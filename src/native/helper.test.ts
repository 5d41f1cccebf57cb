import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newDirectory } from '../cli/command.test.helper.js';
import { helperProgram, whyNot } from '../isolation/isolation.test.helper.js';
import type * as Helper from './helper.js';

const built = new URL('../../build/src/native/helper.js', import.meta.url).href;
const { fileNameOf, foreseeHelper, packageFor } = (await import(built)) as typeof Helper;
const project = fileURLToPath(new URL('../..', import.meta.url));
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';

afterEach(() => void vi.unstubAllEnvs());

/** Compiles nothing: what comes out has been compiled before. @returns how often it has compiled */
function compilerThatCopies(program: string): () => number {
  const bin = newDirectory();
  const log = path.join(bin, 'log');
  const script = `#!/bin/sh
    test "$1" != --version || exit 0
    while [ "$1" != -o ]; do shift; done
    echo >>${log}
    cp ${program} "$2"`;
  writeFileSync(path.join(bin, 'cc'), script, { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  return () => readFileSync(log, 'utf8').length;
}

it('on another system there is no helper, and none is foreseen', () => {
  const system = { platform: 'darwin', arch: 'arm64' } as const;
  for (const find of [helperProgram, foreseeHelper])
    expect(() => find('isolate', { system })).toThrow('no helper: system: darwin on arm64');
});

it.each(['x64', 'arm64'])(
  'the package of prebuilt helpers for %s is of this version, and for that alone',
  (cpu) => {
    const manifest = (folder: string) =>
      JSON.parse(readFileSync(path.join(project, folder, 'package.json'), 'utf8'));
    expect(manifest(`packages/linux-${cpu}`)).toMatchObject({
      name: packageFor(cpu),
      version: manifest('.').version,
      os: ['linux'],
      cpu: [cpu],
    });
  },
);

describe.skipIf(whyNot !== undefined)(`the helper in C${whyNot ? ` (${whyNot})` : ''}`, () => {
  it('is foreseen without being made', () => {
    const cache = path.join(newDirectory(), 'cache');
    const compiled = compilerThatCopies(helperProgram('isolate'));
    expect(foreseeHelper('isolate', { cache })).toBe('to compile');
    expect(existsSync(cache)).toBe(false);
    const place = helperProgram('isolate', { cache });
    expect(readdirSync(cache)).toEqual([path.basename(place)]);
    expect([foreseeHelper('isolate', { cache }), compiled()]).toEqual(['compiled', 1]);
  });

  it.each([
    ['is empty', (place: string) => writeFileSync(place, '')],
    ['is no program', (place: string) => writeFileSync(place, 'no program')],
    ['others can change', (place: string) => chmodSync(place, 0o777)],
  ])('is compiled anew where the one that is kept %s', (_, damage) => {
    const cache = path.join(newDirectory(), 'cache');
    const compiled = compilerThatCopies(helperProgram('isolate'));
    const place = helperProgram('isolate', { cache });
    const { size } = statSync(place);
    damage(place);
    expect(foreseeHelper('isolate', { cache })).toBe('to compile');
    const found = statSync(helperProgram('isolate', { cache }));
    expect([found.size, found.mode & 0o777, compiled()]).toEqual([size, 0o755, 2]);
  });

  it('is not kept where others could replace it', () => {
    const cache = newDirectory();
    chmodSync(cache, 0o777);
    expect(() => helperProgram('isolate', { cache })).toThrow('another user could write into');
  });

  it('is not taken where a process may not have the descriptors that are handed over', () => {
    const line = ['--nofile=800:800', helperProgram('isolate'), '--check'];
    const { status, stderr } = spawnSync('prlimit', line, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      1,
      'a process may open 800 files only, and 1024 are needed (ulimit -Hn)\n',
    ]);
  });

  const mounted = (what: string, run: readonly string[]) =>
    spawnSync('unshare', ['-Urm', 'sh', '-c', `${what} && exec "$@"`, 'sh', ...run], { encoding: 'utf8' });
  const canMount = mounted('mount -t tmpfs none /mnt', ['true']).status === 0;

  it.skipIf(!canMount)('is not taken where there is no /proc: all calls would pass by (unshare -Urm)', () => {
    const { status, stderr } = mounted('mount -t tmpfs none /proc', [helperProgram('isolate'), '--check']);
    expect([status, stderr]).toEqual([1, 'there is no /proc\n']);
  });

  it.skipIf(!canMount)('names the place that it can’t be kept in, and what to do (unshare -Urm)', () => {
    const script = `import(${JSON.stringify(built)}).then(({ helperProgram }) => {
      try { helperProgram('isolate', { cache: '/mnt/.cache/holdfast' }); } catch (error) { console.log(error.message); }
    })`;
    const { stdout } = mounted('mount -t tmpfs -o ro none /mnt', [process.execPath, '-e', script]);
    expect(stdout).toBe(
      "no helper: cache: the helper can't be kept in /mnt/.cache/holdfast (EROFS); XDG_CACHE_HOME names another place\n",
    );
  });

  it('is not foreseen where there is no compiler', () => {
    vi.stubEnv('PATH', newDirectory());
    expect(() => foreseeHelper('isolate', { cache: newDirectory() })).toThrow('there is no "cc" here');
  });

  describe('prebuilt', () => {
    /** Where there is no compiler. @param made the name of the file in the package */
    const packed = (made: string, mode = 0o755) => {
      const [prebuilt, cache] = [newDirectory(), newDirectory()];
      const place = path.join(prebuilt, made);
      copyFileSync(helperProgram('isolate', { prebuilt: undefined }), place);
      chmodSync(place, mode);
      vi.stubEnv('PATH', newDirectory());
      return { place, where: { prebuilt, cache } };
    };

    it('is taken before a compiler is asked', () => {
      const { place, where } = packed(fileNameOf('isolate', arch));
      expect([helperProgram('isolate', where), foreseeHelper('isolate', where)]).toEqual([place, 'prebuilt']);
      expect(readdirSync(where.cache)).toEqual([]);
    });

    it.each([
      ['of another version', 'isolate-0123456789abcdef', 0o755],
      ['for another processor', fileNameOf('isolate', `not ${arch}`), 0o755],
      ['that others can change', fileNameOf('isolate', arch), 0o777],
      ['that can’t be run', fileNameOf('isolate', arch), 0o600],
    ])('is not taken if it is one %s', (_, made, mode) => {
      const { where } = packed(made, mode);
      for (const find of [helperProgram, foreseeHelper])
        expect(() => find('isolate', where)).toThrow(
          `compiler: there is no "cc" here, and ${packageFor(arch)} has none for this version`,
        );
    });

    it('is missed by its name where there is neither', () => {
      const { where } = packed(fileNameOf('isolate', arch));
      for (const find of [helperProgram, foreseeHelper])
        expect(() => find('isolate', { ...where, prebuilt: undefined })).toThrow(
          `compiler: there is no "cc" here, and ${packageFor(arch)} is not installed`,
        );
    });
  });
});
