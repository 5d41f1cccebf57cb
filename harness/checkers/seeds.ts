import type { Finding } from '../core/verdict.js';
import type { FileEvent } from '../history/events.js';
import { isStoreAlone } from '../history/evidence.js';
import type { List } from '../history/list.js';
import type { Run } from '../history/run.js';
import { inMs } from '../history/words.js';
import { findErasers, toEvidence } from './lost-update/blame.js';
import { Looks } from './lost-update/looks.js';
import { howErased, versionsOf } from './lost-update/mechanism.js';
import { beforeRun, entryOf } from './lost-update/registers.js';
import { lastSightings, type Sighting, seedSightings } from './lost-update/seed-sightings.js';
import { describeSuspects } from './lost-update/sentences.js';

/**
 * G4 and G5: entries that were there before the run, and that no client touches, are there at its end and
 * unchanged. In an interrupted run the last reads decide: an entry that they missed and no later read found is lost, too.
 */
export function checkSeeds(run: Run): Finding[] {
  if (run.final && run.final.broken !== null) {
    const { time, broken } = run.final;
    const sentence = isStoreAlone(run.header)
      ? `at the end of the run a fresh process can't read the store: ${broken}`
      : `at the end of the run the file is unreadable: ${broken}`;
    return [{ guarantee: 'G4', kind: 'torn-file', sentence, operations: [], from: time, to: time }];
  }
  const last = lastSightings(run);
  const lost = lostSeeds(run, last);
  if (lost.length === 0) return [];
  const looks = new Looks(run);
  const findEraser = findErasers(run, looks);
  return lost.map((sighting) => {
    const { key, value, foreign } = sighting.seed;
    const seen = last.get(key) ?? beforeRun;
    const begin = lastInFile(run.files, key, value);
    const blame = findEraser({
      register: { key, writes: new Map(), removals: [], reads: [] },
      victim: { id: value, begin, end: begin, acknowledged: true, operation: undefined },
      value,
      since: begin,
      until: sighting.end,
    });
    // Without a content that lacks it nothing shows when it went, so every client would be a suspect.
    const missed = blame?.wasSeen ? blame.missed : undefined;
    const what = foreign ? 'of a kind that no store knows' : 'that no client touches';
    const state = sighting.found === 'missing' ? 'is gone' : 'is not what it was';
    const told =
      blame && missed ? describeSuspects(blame, begin, { wasPaused: false, isStoreAlone: false }) : '';
    const cause = missed ? `: it went by ${inMs(missed.at)}${told && `, ${told}`}` : '';
    const suspects = missed ? (blame?.suspects ?? []) : [];
    return {
      guarantee: foreign ? 'G5' : 'G4',
      kind: foreign ? 'dropped-unknown' : 'lost-seed',
      sentence: `the entry "${key}" (${value}), there before the run and ${what}, ${state}${cause}`,
      key,
      operations: (suspects.length > 0 ? suspects : [sighting.operation]).flatMap((one) => one?.id ?? []),
      ...(missed ? toEvidence(blame) : {}),
      from: Math.max(0, seen, begin),
      to: sighting.end,
      mechanism: howErased(missed ? blame : undefined, { wasPaused: false, wasKilled: false }),
      ...versionsOf(missed ? blame : undefined, looks),
    };
  });
}

/** How the run's end found those that it did not find whole. */
function lostSeeds(run: Run, last: ReadonlyMap<string, number>): Sighting[] {
  const lost = new Map<string, Sighting>();
  for (const sighting of seedSightings(run)) {
    const { seed, operation, begin, found } = sighting;
    const isOfEnd = run.final ? operation === undefined : begin > (last.get(seed.key) ?? beforeRun);
    // A value that no client wrote whole is a torn read as long as it is not the end's.
    if (!isOfEnd || found === 'whole' || (operation && found === 'different')) continue;
    if (!lost.has(seed.key)) lost.set(seed.key, sighting);
  }
  return [...lost.values()];
}

/** When a foreign reader last met a content with the seed new in it. */
function lastInFile(files: List<FileEvent>, key: string, value: string): number {
  const holds = ({ broken, set }: FileEvent) => broken === null && entryOf(set, key) === value;
  for (let index = files.length - 1; index >= 0; index--) {
    const file = files.at(index);
    if (file && holds(file)) return file.time;
  }
  return beforeRun;
}
