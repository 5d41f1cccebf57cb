import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../../src/cli/usage-error.js';

const sources = fileURLToPath(new URL('../../../../native/syscall-gate/', import.meta.url));
const flags = ['-O2', '-Wall', '-Wextra', '-Werror'];

const instead = 'holdfast stress --command works without it';

/**
 * Finds the helper that stops programs, compiled on first use. It is kept by a hash of its source, and put there by a rename, so
 * several that compile it at once do each other no harm.
 * @param cache where it is kept
 * @returns the path of the program
 * @throws UsageError naming what is missing here
 */
export function gateProgram(
  cache = cacheDirectory(),
  { platform, arch }: Pick<NodeJS.Process, 'platform' | 'arch'> = process,
): string {
  if (platform !== 'linux' || !/^(x64|arm64)$/.test(arch))
    throw new UsageError(
      `a program can be explored on Linux, on x64 or arm64, and this is ${platform} on ${arch}`,
      instead,
    );
  const place = path.join(cache, `syscall-gate-${hashOfSources(arch)}`);
  if (!existsSync(place)) compile(place);
  const { status, stderr } = spawnSync(place, ['--check'], { encoding: 'utf8' });
  if (status !== 0)
    throw new UsageError(
      `a program can't be explored here: ${stderr.trim() || 'the helper does not start'}`,
      instead,
    );
  return place;
}

function compile(place: string): void {
  const directory = path.dirname(place);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const work = mkdtempSync(path.join(directory, 'build-'));
  try {
    const made = path.join(work, 'syscall-gate');
    const { error, status, stderr } = spawnSync('cc', [...flags, '-o', made, ...cFiles()], {
      encoding: 'utf8',
    });
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
      throw new UsageError(
        'a program is explored by a helper in C, and there is no "cc" here',
        `install a C compiler; ${instead}`,
      );
    if (status !== 0)
      throw new UsageError(
        `the helper that explores programs can't be compiled: ${stderr.trim().split('\n').slice(0, 3).join(' ')}`,
        `it needs the headers of Linux 5.14 or newer; ${instead}`,
      );
    renameSync(made, place);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

export function cFiles(): string[] {
  return sourceFiles().filter((name) => name.endsWith('.c'));
}

function sourceFiles(): string[] {
  return readdirSync(sources)
    .filter((name) => /\.[ch]$/.test(name))
    .sort()
    .map((name) => path.join(sources, name));
}

function hashOfSources(arch: string): string {
  const hash = createHash('sha256').update(`${arch} ${flags.join(' ')}`);
  for (const name of sourceFiles()) hash.update(readFileSync(name));
  return hash.digest('hex').slice(0, 16);
}

function cacheDirectory({ XDG_CACHE_HOME } = process.env): string {
  const base = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : path.join(homedir(), '.cache');
  return path.join(base, 'holdfast');
}
