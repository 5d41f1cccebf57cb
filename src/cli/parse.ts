import { InvalidArgumentError } from 'commander';
import { readDuration } from '../duration.js';

/** Reads `500ms`, `20s`, `10m` or `1h`. @returns milliseconds */
export function parseDuration(text: string): number {
  const milliseconds = readDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new InvalidArgumentError(`Expected a number and a unit, like 500ms, 20s, 10m or 1h; got "${text}".`);
}

export function parseWhole(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError(`Expected a whole number from 0; got "${text}".`);
}

/** Reads how often something is to be done. */
export function parseCount(text: string): number {
  const count = parseWhole(text);
  if (count > 0) return count;
  throw new InvalidArgumentError('Expected a number from 1.');
}

/** `2/3`: the second of three parts. */
export function parseShard(text: string): { index: number; of: number } {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (shard.index >= 1 && shard.index <= shard.of) return shard;
  throw new InvalidArgumentError(`Expected i/n with i from 1 to n, like 1/3; got "${text}".`);
}

/** Reads an option that may be repeated, or hold several names with commas between. */
export function parseNames(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(',').filter((name) => name !== '')];
}
