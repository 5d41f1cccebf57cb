import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { TargetSpec } from '../core/target.js';
import type { Crew } from './crew.js';
import type { BenchResult } from './result.js';

/** What every part of a suite is given. */
export interface BenchContext {
  /** The store that is measured; the others are what it is compared with. */
  target: TargetSpec;
  /** How many rounds the user wants; each part has a number of its own. */
  rounds: number | undefined;
  crew: Crew;
  signal: AbortSignal;
  /** Says what is being done now. */
  say(text: string): void;
  /** A path at which nothing is, in a new directory, private like that of a user. */
  newFile(): string;
}

export interface Part {
  title: string;
  run(context: BenchContext): Promise<BenchResult[]>;
}

/** Parts by name, in the order in which they run. */
export type Suite = Readonly<Record<string, Part>>;

/** @returns a function that makes a new directory at each call, and the path of a file in it */
export function fileMaker(directory: string): () => string {
  let made = 0;
  return () => {
    const place = path.join(directory, `store-${++made}`);
    mkdirSync(place, { mode: 0o700 });
    return path.join(place, 'auth.json');
  };
}

/** Takes what is compared in turn, round by round: a machine that is busy for a while is so for all of them. */
export async function inRounds(
  { rounds, say, signal }: BenchContext,
  title: string,
  roundsDefault: number,
  round: (n: number) => Promise<void>,
): Promise<void> {
  const of = rounds ?? roundsDefault;
  for (let n = 1; n <= of; n++) {
    signal.throwIfAborted();
    say(`${title}: round ${n} of ${of}`);
    await round(n);
  }
}
