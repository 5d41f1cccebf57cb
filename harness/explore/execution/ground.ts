import path from 'node:path';
import { UsageError } from '../../../src/cli/usage-error.js';
import type { ProgramUnderTest, SeedEvent } from '../../history/events.js';
import { type Evidence, ofFile } from '../../history/evidence.js';
import { pathsBeside } from '../../line/beside.js';
import type { Disk } from '../../line/disk.js';
import type { ReadBytes } from '../../line/foreign-reader.js';
import { ownPatterns } from '../../line/own-paths.js';
import type { Layout, Operation } from '../protocol/protocol.js';
import { file, filesAtFirst, type Program, probeKey, seedKey, seedsOf } from '../schedule/program.js';
import type { FirstFile } from '../world/sandbox-files.js';

/** What every execution on one target begins with, and how far its file is evidence. */
export interface Ground {
  evidence: Evidence;
  files: Readonly<Record<string, FirstFile>>;
  seeds: readonly SeedEvent[];
  /** What it leaves beside its file when it is alone: see own-paths.ts. */
  own: readonly string[];
  /** Where the file is, relative to the sandbox; default: see program.ts. */
  file?: string;
  /** What a fresh process does at the end of an execution with faults; default: see program.ts. */
  audit?: readonly Operation[];
  /** What it is, where it is no module, but a program that is run: then what it finds need not be a function of what it did. */
  program?: ProgramUnderTest;
  /** After so many rounds of the same calls a client counts as one that waits; default: see spin.ts. */
  roundsMin?: number;
  /** The target's own way to read its file. */
  read?: ReadBytes | undefined;
  /**
   * Why it is no store, even alone in a process: then its answers prove nothing, and only what it does to itself can be found,
   * that it hangs, or ends.
   */
  noStore?: string;
  /** What the target does, alone in a process, that can't be explored: the sentence that helps. */
  obstacle?: string;
}

/** That of a target whose file is a JSON object of entries. */
export function fileGround(program: Program): Ground {
  return { evidence: ofFile, files: filesAtFirst(program), seeds: seedsOf(program), own: [] };
}

/** Where a client has lived. */
interface LoneSandbox {
  rootPath: string;
  disk: Disk;
}

/** A place for the file, and no file. */
const nothing: Ground['files'] = { [path.posix.dirname(file)]: { mode: 0o700 } };

/** What one client, alone, has found out. */
export interface Trial {
  /** Undefined where it never came so far. */
  layout: Layout | undefined;
  ending: string;
}

/**
 * Finds out how far a target's file is evidence.
 * @param program what will be searched, which says what is to be there before
 * @param lone runs one client, alone, on what is there at first: it compares the file with what it sets, or only sets the seeds
 * @throws UsageError for a module that can't be loaded
 */
export function findGround(
  program: Program,
  lone: (files: Ground['files'], does: 'layout' | 'seed') => Trial,
  { rootPath: root, disk }: LoneSandbox,
  read: () => ReadBytes | undefined,
): Ground {
  const seeds = seedsOf(program);
  const first = lone(filesAtFirst(program), 'layout');
  const own = ownIn(root, disk);
  const known = first.layout;
  if (known?.unloadable !== undefined)
    throw new UsageError(
      `the target can't be put to a test: its module failed while it was loaded: ${known.unloadable}`,
    );
  if (
    known &&
    known.whyNot === undefined &&
    known.noStore === undefined &&
    known.obstacle === undefined &&
    !known.reads
  )
    return { ...fileGround(program), own, ...endless(first) };
  const second = lone(nothing, 'layout');
  const found = second.layout;
  const ownAlone = ownIn(root, disk);
  const obstacle = found?.obstacle ?? endless(second).obstacle;
  // Some need a file to begin with: what is wrong with one that has it says more than that another has none.
  const noStore =
    found === undefined ? 'it did not come to an end' : found.noStore && (known?.noStore ?? found.noStore);
  if (noStore !== undefined && obstacle === undefined)
    return {
      ...fileGround(program),
      seeds: [],
      own: ownAlone,
      evidence: { of: 'store', why: noStore },
      noStore,
    };
  const isSeeded = lone(nothing, 'seed').ending === 'done';
  const isRead = found?.reads === true && found.whyNot === undefined;
  const why = found?.whyNot ?? known?.whyNot ?? known?.noStore ?? 'alone in a process it could not be tried';
  return {
    evidence: isRead
      ? { of: 'read', why: 'the target reads it by a format of its own' }
      : { of: 'store', why },
    files: isSeeded ? snapshot(root, disk) : nothing,
    seeds: isSeeded ? seeds : [],
    own: ownAlone,
    ...(isRead ? { read: read() } : {}),
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

/**
 * That of a search that damages the file: one that the target itself has written, so that what it needs to restore it is there.
 * @param setSeeds has one client, alone, set the seeds on what is there at first
 */
export function damageGround(
  ground: Ground,
  setSeeds: (files: Ground['files']) => Trial,
  { rootPath: root, disk }: LoneSandbox,
): Ground {
  if (ground.noStore !== undefined || ground.obstacle !== undefined) return ground;
  if (ground.evidence.of !== 'file')
    return {
      ...ground,
      obstacle: `the file is cut to half, and of its format nothing tells damage from an edit: ${ground.evidence.why}`,
    };
  return setSeeds(ground.files).ending === 'done' ? { ...ground, files: snapshot(root, disk) } : ground;
}

/** It has done all that was asked of it, and does not come to an end. */
function endless({ layout, ending }: Trial): { obstacle?: string } {
  if (layout === undefined || ending === 'done') return {};
  return {
    obstacle:
      'its process does not end after the last call: a timer goes on (a heartbeat by setInterval?); call unref() on it, or clear it in close()',
  };
}

export function ownIn(root: string, disk: Disk, place = file): string[] {
  return ownPatterns(pathsBeside(path.join(root, place), disk), path.basename(place), [seedKey, probeKey]);
}

/** All that is in the sandbox, to begin with again. */
export function snapshot(root: string, disk: Disk, below = ''): Record<string, FirstFile> {
  const files: Record<string, FirstFile> = {};
  for (const entry of disk.readdirSync(path.join(root, below), { withFileTypes: true })) {
    const name = path.posix.join(below, entry.name);
    const place = path.join(root, name);
    const mode = disk.lstatSync(place).mode & 0o777;
    if (entry.isDirectory()) Object.assign(files, { [name]: { mode } }, snapshot(root, disk, name));
    else if (entry.isSymbolicLink()) files[name] = { mode, target: disk.readlinkSync(place) };
    else if (entry.isFile()) files[name] = { mode, content: disk.readFileSync(place) };
  }
  return files;
}
