import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { homeDirectory } from '../surroundings/home.js';

const sources = fileURLToPath(new URL('../../../native/', import.meta.url));
/** Of the compiler, wherever a helper is built. */
export const flags = ['-O2', '-Wall', '-Wextra', '-Werror'];

/** Why a helper can't be had here. */
export class NoHelperError extends Error {
  override readonly name = 'NoHelperError';

  /**
   * @param kind `system`: it is one for Linux, on x64 or arm64. `compiler`: there is none. `source`: it does not compile.
   * `kernel`: it does not run. `cache`: there is no place to keep it, or others could change it there
   * @param detail in the words of the compiler or the helper
   */
  constructor(
    readonly kind: 'system' | 'compiler' | 'source' | 'kernel' | 'cache',
    readonly detail: string,
  ) {
    super(`no helper: ${kind}: ${detail}`);
  }
}

/** Where a helper is looked for, and for which machine. */
export interface HelperPlace {
  cache?: string;
  system?: Pick<NodeJS.Process, 'platform' | 'arch'>;
  /** The directory of the package that has it prebuilt. Default: where it is installed; undefined: nowhere. */
  prebuilt?: string | undefined;
}

/**
 * Finds a helper in C: prebuilt in a package that may be installed beside this one, or compiled on first use. Either is named by a
 * hash of its source, so one of another version is never taken. It is put into the cache by a rename, so several that compile it at
 * once do each other no harm.
 * @param name of its folder in `native`
 * @returns the path of the program
 * @throws NoHelperError
 */
export function helperProgram(name: string, where: HelperPlace = {}): string {
  const { cache, system, prebuilt } = filled(where);
  const fileName = nameFor(name, system);
  const ready = prebuilt && readyIn(prebuilt, fileName, name);
  if (ready) return ready;
  const place = path.join(cache ?? cacheDirectory(), fileName);
  if (isUsable(place, name)) return place;
  compile(name, place, whatIsPrebuilt(prebuilt, system));
  if (!isWhole(place, name)) throw new NoHelperError('kernel', 'the helper does not start');
  return place;
}

/**
 * Says whether it could be had, and makes nothing.
 * @returns `prebuilt`, `compiled`, or `to compile` on its first use
 * @throws NoHelperError
 */
export function foreseeHelper(name: string, where: HelperPlace = {}): 'prebuilt' | 'compiled' | 'to compile' {
  const { cache, system, prebuilt } = filled(where);
  const fileName = nameFor(name, system);
  if (prebuilt && readyIn(prebuilt, fileName, name)) return 'prebuilt';
  if (isUsable(path.join(cache ?? cacheDirectory(), fileName), name)) return 'compiled';
  const { error } = spawnSync('cc', ['--version']);
  if (error) throw noCompiler(whatIsPrebuilt(prebuilt, system));
  return 'to compile';
}

function filled(where: HelperPlace) {
  const { cache, system = process } = where;
  return { cache, system, prebuilt: 'prebuilt' in where ? where.prebuilt : installedPackage(system.arch) };
}

function nameFor(name: string, { platform, arch }: NonNullable<HelperPlace['system']>): string {
  if (platform !== 'linux' || !/^(x64|arm64)$/.test(arch))
    throw new NoHelperError('system', `${platform} on ${arch}`);
  return fileNameOf(name, arch);
}

/** Of a helper, in its package and in the cache. It has a hash of all that it is made of. */
export function fileNameOf(name: string, arch: string): string {
  return `${name}-${hashOfSources(name, arch)}`;
}

/** The package that has the helpers prebuilt. */
export function packageFor(arch: string): string {
  return `holdfast-linux-${arch}`;
}

function installedPackage(arch: string): string | undefined {
  try {
    const { resolve } = createRequire(import.meta.url);
    return path.dirname(resolve(`${packageFor(arch)}/package.json`));
  } catch {
    return undefined;
  }
}

/** Undefined where it is not there, not to be trusted, or does not run here: the next place is looked at then. */
function readyIn(prebuilt: string, fileName: string, name: string): string | undefined {
  const place = path.join(prebuilt, fileName);
  return isUsable(place, name) ? place : undefined;
}

function whatIsPrebuilt(prebuilt: string | undefined, { arch }: NonNullable<HelperPlace['system']>): string {
  const what = packageFor(arch);
  return prebuilt === undefined ? `${what} is not installed` : `${what} has none for this version`;
}

function noCompiler(otherwise: string): NoHelperError {
  return new NoHelperError('compiler', `there is no "cc" here, and ${otherwise}`);
}

/** Those that have run in this process, by their places, and what each was like then: it is not asked again while it is the same. */
const known = new Map<string, string>();

/**
 * Does it run, and say its name? An empty file "runs", too: by a shell, and with success.
 * @throws NoHelperError where it says why it does not
 */
function isWhole(place: string, name: string): boolean {
  const { ino, size, mtimeMs, ctimeMs } = statsOf(place) ?? {};
  const now = [ino, size, mtimeMs, ctimeMs].join(' ');
  if (known.get(place) === now) return true;
  const { status, stdout, stderr } = spawnSync(place, ['--check'], { encoding: 'utf8' });
  if (status === 0 && stdout === `${name} ok\n`) {
    known.set(place, now);
    return true;
  }
  // Of one that is damaged, a shell may say something, with another code.
  if (status === 1 && stderr) throw new NoHelperError('kernel', stderr.trim());
  return false;
}

function isUsable(place: string, name: string): boolean {
  return isSafe(place) && isWhole(place, name);
}

/** Could nobody have changed it but this user, or root? What is no such thing is compiled anew. */
function isSafe(place: string, is: 'isFile' | 'isDirectory' = 'isFile'): boolean {
  const stats = statsOf(place);
  if (!stats?.[is]()) return false;
  return (stats.uid === process.geteuid?.() || stats.uid === 0) && (stats.mode & 0o022) === 0;
}

/** Undefined also where this user may not look: compiling it there says why. */
function statsOf(place: string): Stats | undefined {
  try {
    return lstatSync(place, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The files that a helper is compiled of. */
export function cFiles(name: string): string[] {
  return sourceFiles(name).filter((file) => file.endsWith('.c'));
}

/** @param otherwise why there is none that is prebuilt */
function compile(name: string, place: string, otherwise: string): void {
  const directory = path.dirname(place);
  const work = newDirectoryIn(directory);
  try {
    const made = path.join(work, name);
    const { error, status, stderr } = spawnSync('cc', [...flags, '-o', made, ...cFiles(name)], {
      encoding: 'utf8',
    });
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') throw noCompiler(otherwise);
    if (status !== 0)
      throw new NoHelperError('source', stderr.trim().split('\n').slice(0, 3).join(' ') || 'cc failed');
    chmodSync(made, 0o755);
    sync(made);
    renameSync(made, place);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function newDirectoryIn(directory: string): string {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (isSafe(directory, 'isDirectory')) return mkdtempSync(path.join(directory, 'build-'));
  } catch (error) {
    const why = codeOf(refusalOf(directory) ?? error);
    throw new NoHelperError(
      'cache',
      `the helper can't be kept in ${directory} (${why}); XDG_CACHE_HOME names another place`,
    );
  }
  throw new NoHelperError('cache', `another user could write into ${directory}`);
}

/** To make several levels at once ends with ENOENT on a disk that is read-only. The directory that is there says why. */
function refusalOf(directory: string): unknown {
  let place = directory;
  while (!existsSync(place) && path.dirname(place) !== place) place = path.dirname(place);
  try {
    accessSync(place, constants.W_OK);
    return undefined;
  } catch (error) {
    return error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Without it, a crash may leave an empty file of that name. */
function sync(file: string): void {
  const fd = openSync(file, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** What is `common` is compiled into each. */
function sourceFiles(name: string): string[] {
  return [name, 'common'].flatMap((folder) =>
    readdirSync(path.join(sources, folder))
      .filter((file) => /\.[ch]$/.test(file))
      .sort()
      .map((file) => path.join(sources, folder, file)),
  );
}

function hashOfSources(name: string, arch: string): string {
  const hash = createHash('sha256').update(`${arch} ${flags.join(' ')}`);
  for (const file of sourceFiles(name)) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

function cacheDirectory({ XDG_CACHE_HOME } = process.env): string {
  if (XDG_CACHE_HOME?.startsWith('/')) return path.join(XDG_CACHE_HOME, 'holdfast');
  try {
    return path.join(homeDirectory('XDG_CACHE_HOME'), '.cache', 'holdfast');
  } catch (error) {
    throw new NoHelperError('cache', messageOf(error));
  }
}
