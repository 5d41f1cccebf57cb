import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Shard } from '../../stress/plan/units.js';
import type { PartFile } from '../../stress/shards/read-shards.js';
import { contentOf, shardFileName, versionHere } from '../../stress/shards/shard-file.js';
import { resolveTarget } from '../../targets/index.js';

/** What all parts of a search must have in common. */
interface SearchPlan {
  version: string;
  /** How many parts there are. */
  shards: number;
  /** What the command line says, less what is each part's own. */
  options: Record<string, unknown>;
  /** Hashes of the modules of targets that do not ship. */
  contents: Record<string, string>;
  /** In the order in which they are made. */
  searches: { scenario: string; target: string; seed: number }[];
}

/** `shard.json` of a search: what it was to do, written before it does anything, and whether it came to its end. */
export interface SearchPart extends PartFile {
  plan: SearchPlan;
  searches: SearchPlan['searches'];
  isDone: boolean;
}

/** What a command is asked to search, and where. */
export interface AskedSearch {
  out: string;
  /** Undefined for a search that is no part. */
  shard: Shard | undefined;
  options: Record<string, unknown>;
  /** None for a program, whose specification is among the options. */
  targets: readonly string[];
  searches: SearchPlan['searches'];
}

/**
 * Writes what a part is to do. What lies there of an older search is not taken for this one's.
 * @returns called when it has come to its end
 */
export function beginSearchPart({ out, shard, options, targets, searches }: AskedSearch): () => void {
  const name = path.join(out, shardFileName);
  rmSync(name, { force: true });
  if (shard === undefined) return () => {};
  rmSync(path.join(out, 'report.json'), { force: true });
  mkdirSync(out, { recursive: true });
  const contents = targets.map(
    (target) => [target, contentOf(resolveTarget(target, process.cwd()))] as const,
  );
  const plan: SearchPlan = {
    version: versionHere(),
    shards: shard.of,
    options,
    contents: Object.fromEntries(contents),
    searches,
  };
  const write = (isDone: boolean) => {
    const part: SearchPart = { schema: 1, plan, shard, searches, isDone };
    writeFileSync(name, `${JSON.stringify(part, null, 2)}\n`);
  };
  write(false);
  return () => write(true);
}
