import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../src/cli/usage-error.js';
import { type ShardFile, shardFileName } from './shard-file.js';

/** What a part of a run, or of a search, says of itself. */
export interface PartFile {
  schema: 1;
  plan: object;
  shard: { index: number; of: number };
}

/** One part, and where it is. */
export interface GivenPart<F extends PartFile> {
  directory: string;
  file: F;
}

/** One shard of a run, and where it is. */
export type GivenShard = GivenPart<ShardFile>;

/** @throws UsageError naming the directory that is no shard of a run */
export function readShards(directories: readonly string[]): GivenShard[] {
  return readParts<ShardFile>(directories, ({ units }) => Array.isArray(units));
}

/**
 * Reads what each directory says of itself. One that is no part, and holds directories that are, stands for these: so artifacts come
 * down.
 * @param isOne tells the wanted kind of part
 * @throws UsageError naming the one that is neither
 */
export function readParts<F extends PartFile>(
  directories: readonly string[],
  isOne: (file: Partial<F>) => boolean,
): GivenPart<F>[] {
  return directories.flatMap((directory) => {
    const own = partIn(directory, isOne);
    if (own) return [own];
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
      throw new UsageError(
        `there is no directory ${directory}`,
        'expected those that --out named for each shard',
      );
    const names = readdirSync(directory).sort();
    const inside = names.flatMap((name) => partIn(path.join(directory, name), isOne) ?? []);
    if (inside.length > 0) return inside;
    throw new UsageError(
      `${directory} is no shard of a run: it has no ${shardFileName}, nor has any directory in it`,
      'expected what "holdfast stress --shard i/n --out DIR", or "holdfast explore", has written',
    );
  });
}

function partIn<F extends PartFile>(
  directory: string,
  isOne: (file: Partial<F>) => boolean,
): GivenPart<F> | undefined {
  const name = path.join(directory, shardFileName);
  if (!existsSync(name)) return undefined;
  let file: Partial<F> | null = null;
  try {
    file = JSON.parse(readFileSync(name, 'utf8'));
  } catch {
    // Told below.
  }
  if (file?.schema !== 1 || !file.plan || !file.shard)
    throw new UsageError(`${name} does not say which shard this is`, 'expected one with "schema": 1');
  if (!isOne(file))
    throw new UsageError(
      `${name} is that of another command`,
      'merge the shards of "stress" and those of "explore" apart',
    );
  return { directory, file: file as F };
}

/** What two shards of one run have in common, each with what to do where they have not. */
const mustAgree = [
  ['version', 'run all shards with the same version of holdfast'],
  ['seed', 'give all shards the same --seed'],
  ['shards', 'give all shards the same n in --shard i/n'],
  ['durationMs', 'give all shards the same --duration'],
  ['runtime', 'give all shards the same --runtime'],
  ['options', 'give all shards the same --clients and --operations'],
  ['contents', 'run all shards on the same commit'],
  ['controls', 'give --no-controls to all shards, or to none'],
  ['units', 'give all shards the same scenarios, targets and --repeat'],
] as const;

/** @throws UsageError naming what differs, and in which directories, or the shard that is there twice */
export function expectOneRun(shards: readonly GivenShard[]): void {
  expectOneWhole(shards, mustAgree);
}

/**
 * @param mustAgree what the plans of all parts have in common, each with what to do where they have not
 * @throws UsageError naming what differs, and in which directories, or the part that is there twice
 */
export function expectOneWhole<P extends object>(
  shards: readonly GivenPart<PartFile & { plan: P }>[],
  mustAgree: readonly (readonly [keyof P & string, string])[],
): void {
  const [first, ...others] = shards;
  if (!first) throw new UsageError('there is no shard to merge', 'name the directory of each');
  for (const other of others) {
    for (const [name, hint] of mustAgree) {
      const [one, two] = [first.file.plan[name], other.file.plan[name]];
      if (JSON.stringify(one) === JSON.stringify(two)) continue;
      throw new UsageError(
        `${other.directory} is of another run than ${first.directory}: ${difference(name, one, two)}`,
        hint,
      );
    }
  }
  const seen = new Map<number, string>();
  for (const { directory, file } of shards) {
    const { index, of } = file.shard;
    const before = seen.get(index);
    if (before !== undefined)
      throw new UsageError(
        `${directory} and ${before} are both shard ${index} of ${of}`,
        'leave one of them out',
      );
    seen.set(index, directory);
  }
}

function difference(name: string, one: unknown, two: unknown): string {
  if (typeof one !== 'object' || one === null || typeof two !== 'object' || two === null)
    return `${name} ${two}, not ${one}`;
  const entries = (value: object) => Object.entries(value).map((entry) => JSON.stringify(entry));
  const known = new Set(entries(one));
  const strange = entries(two).find((entry) => !known.has(entry));
  return `its ${name} differ${strange === undefined ? '' : `, as in ${strange.slice(0, 200)}`}`;
}
