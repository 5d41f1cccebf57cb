import { InvalidArgumentError } from 'commander';
import { parseShard } from '../../src/cli/parse.js';
import { UsageError } from '../../src/cli/usage-error.js';

export interface Shard {
  index: number;
  of: number;
}

/** As the command line has it: which part it is, or where that stands, with how many parts there are where only the index does. */
export type ShardFlag = Shard | { auto: true; of?: number };

/**
 * Where each place says which of several parallel jobs this is, and from which number it counts. A total that no place gives stands in
 * `HOLDFAST_SHARD_TOTAL`.
 */
const places = [
  { name: 'Holdfast', index: 'HOLDFAST_SHARD_INDEX', total: 'HOLDFAST_SHARD_TOTAL', first: 1 },
  // GitLab sets the total of a job that is not parallel to 1, and no index.
  { name: 'GitLab', index: 'CI_NODE_INDEX', total: 'CI_NODE_TOTAL', first: 1 },
  { name: 'CircleCI', index: 'CIRCLE_NODE_INDEX', total: 'CIRCLE_NODE_TOTAL', first: 0 },
  { name: 'Buildkite', index: 'BUILDKITE_PARALLEL_JOB', total: 'BUILDKITE_PARALLEL_JOB_COUNT', first: 0 },
  // Kubernetes gives a pod of an Indexed Job its index, and not how many there are.
  { name: 'Kubernetes', index: 'JOB_COMPLETION_INDEX', total: 'HOLDFAST_SHARD_TOTAL', first: 0 },
] as const;

/** Reads `2/3`, `auto` or `auto/3`. */
export function parseShardFlag(text: string): ShardFlag {
  const [, of] = /^auto(?:\/(\d+))?$/.exec(text) ?? [];
  if (text === 'auto') return { auto: true };
  if (of !== undefined && Number(of) >= 1) return { auto: true, of: Number(of) };
  try {
    return parseShard(text);
  } catch {
    throw new InvalidArgumentError(
      `Expected i/n with i from 1 to n, like 1/3, or auto, or auto/n; got "${text}".`,
    );
  }
}

/**
 * Which part this is.
 * @throws UsageError where the environment does not say it, or only half of it, or something else than the command line
 */
export function shardOf(flag: ShardFlag, env: NodeJS.ProcessEnv = process.env): Shard {
  if (!('auto' in flag)) return flag;
  const place = places.find(({ index }) => env[index]);
  if (!place)
    throw new UsageError(
      `--shard auto: no variable says which part this is; looked for ${places.map(({ index }) => index).join(', ')}`,
      'give --shard i/n, or set HOLDFAST_SHARD_INDEX (from 1) and HOLDFAST_SHARD_TOTAL',
    );
  const { name, first } = place;
  const said = env[place.total] || undefined;
  const total = said ?? (flag.of === undefined ? undefined : String(flag.of));
  const text = `${place.index}=${env[place.index]}`;
  if (total === undefined)
    throw new UsageError(
      `--shard auto: ${text}, and ${place.total} does not say of how many`,
      `set ${place.total}, or give --shard auto/n`,
    );
  if (flag.of !== undefined && Number(total) !== flag.of)
    throw new UsageError(
      `--shard auto/${flag.of}: ${place.total} is ${total}`,
      'give the number of parallel jobs that there are, or --shard auto',
    );
  const shard = { index: wholeOf(env[place.index]) - first + 1, of: wholeOf(total) };
  if (shard.index >= 1 && shard.index <= shard.of) return shard;
  throw new UsageError(
    `--shard auto: ${text} of ${total} is no part of it`,
    `${name} counts from ${first}: expected ${first} to n${first === 0 ? ' - 1' : ''}`,
  );
}

function wholeOf(text = ''): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/**
 * The same of a command whose seed is drawn where none is given: parts with different seeds are parts of nothing.
 * @throws UsageError where the environment says which part it is, and nothing says the seed
 */
export function shardWithSeed(flag: ShardFlag, seed: number | undefined): Shard {
  const shard = shardOf(flag);
  if ('auto' in flag && shard.of > 1 && seed === undefined)
    throw new UsageError(
      '--shard auto: each part would draw a seed of its own, and merge would refuse them',
      'give all of them the same --seed, like the number of the build',
    );
  return shard;
}
