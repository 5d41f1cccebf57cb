import type { ValueId, VersionName } from '../../history/events.js';
import { Numbered } from '../../history/numbered.js';
import { RowsByVersion } from '../../history/rows-by-version.js';
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
  const writers = new RowsByVersion(operations.length, (place) => operations.at(place)?.written);
  const sights = new RowsByVersion(files.length, (place) => files.at(place)?.hash);
  const broken = new Set<VersionName>();
  for (const { hash, broken: what } of files) if (hash !== undefined && what !== null) broken.add(hash);
  const lookOf = new Numbered();
  for (let look = 0; look < looks.count; look++) {
    const { version } = looks.get(look) ?? {};
    if (version !== undefined) lookOf.set(version, look);
  }
  const writerOf = (content: VersionName) => {
    const place = writers.onlyOf(content);
    return place === undefined ? undefined : operations.at(place);
  };

  function held(content: VersionName, key: string): Held {
    let name: VersionName | undefined = content;
    for (let step = 0; step < chainMax && name !== undefined; step++) {
      if (name === empty) return null;
      const sight = sights.firstOf(name);
      const look = sight === undefined ? -1 : lookOf.get(files.at(sight)?.version ?? -1);
      if (look >= 0) return looks.at(key, look);
      const writer = writerOf(name);
      if (writer === undefined) return undefined;
      if (writer.key === key) return writer.action === 'remove' ? null : writer.id;
      name = writer.base;
    }
    return undefined;
  }

  function versionOf(content: VersionName, by: number): number | undefined {
    for (const place of sights.allOf(content)) {
      const file = files.at(place);
      if (file && file.time <= by) return file.version;
    }
    return undefined;
  }

  return {
    held,
    writerOf,
    versionOf,
    brokenness: (content) => (content === empty ? 'empty' : broken.has(content) ? 'torn' : undefined),
  };
}
