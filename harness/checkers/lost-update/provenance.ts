import type { ValueId, VersionName } from '../../history/events.js';
import type { Operation, Run } from '../../history/run.js';
import { nameOfContent } from '../../history/version-name.js';
import type { Looks } from './looks.js';

/** What a content held at a key, for all that is known: the value, null for none, undefined where nothing tells. */
export type Held = ValueId | null | undefined;

/** Contents that clients say they have read or written, by their names. */
export interface Provenance {
  /** What that content held. */
  held(content: VersionName, key: string): Held;
  /** The operation that wrote it; undefined where none says so, or several do. */
  writerOf(content: VersionName): Operation | undefined;
  /** The number of the content in the run, the last one that was met by then; undefined where the foreign reader did not meet it. */
  versionOf(content: VersionName, by: number): number | undefined;
  /** It had no bytes, or a foreign reader found it broken. */
  brokenness(content: VersionName): 'empty' | 'torn' | undefined;
}

const empty = nameOfContent('');
/** A chain of writes of which each was made from the one before is followed so far. */
const chainMax = 2000;

/** @returns undefined where no client of the run says anything */
export function findProvenance({ operations, files }: Run, looks: Looks): Provenance | undefined {
  if (!operations.some(({ base, written }) => base !== undefined || written !== undefined)) return undefined;
  const writers = new Map<VersionName, Operation | undefined>();
  for (const operation of operations) {
    const { written } = operation;
    if (written !== undefined) writers.set(written, writers.has(written) ? undefined : operation);
  }
  const sights = new Map<VersionName, { version: number; time: number }[]>();
  const broken = new Set<VersionName>();
  for (const { hash, version, time, broken: what } of files) {
    if (hash === undefined) continue;
    if (what !== null) broken.add(hash);
    const known = sights.get(hash);
    if (known) known.push({ version, time });
    else sights.set(hash, [{ version, time }]);
  }
  const lookOf = new Map<number | undefined, number>();
  for (let look = 0; look < looks.count; look++) lookOf.set(looks.get(look)?.version, look);

  function held(content: VersionName, key: string): Held {
    let name: VersionName | undefined = content;
    for (let step = 0; step < chainMax && name !== undefined; step++) {
      if (name === empty) return null;
      const look = lookOf.get(sights.get(name)?.[0]?.version ?? Number.NaN);
      if (look !== undefined) return looks.at(key, look);
      const writer = writers.get(name);
      if (writer === undefined) return undefined;
      if (writer.key === key) return writer.action === 'remove' ? null : writer.id;
      name = writer.base;
    }
    return undefined;
  }

  return {
    held,
    writerOf: (content) => writers.get(content),
    versionOf: (content, by) => sights.get(content)?.findLast(({ time }) => time <= by)?.version,
    brokenness: (content) => (content === empty ? 'empty' : broken.has(content) ? 'torn' : undefined),
  };
}
