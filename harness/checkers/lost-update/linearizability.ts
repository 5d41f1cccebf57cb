import type { Finding, FindingKind } from '../../core/verdict.js';
import type { FaultEvent } from '../../history/events.js';
import { isStoreAlone } from '../../history/evidence.js';
import type { Run } from '../../history/run.js';
import { type Blame, findErasers, toEvidence } from './blame.js';
import { type Conflict, findConflicts } from './conflicts.js';
import { type Contradictions, findContradictions, isAmbiguous } from './contradictions.js';
import { Looks } from './looks.js';
import { howErased, howStale, stuckAt, versionsOf } from './mechanism.js';
import { findPauses } from './pauses.js';
import {
  keysWithoutPromise,
  operationsById,
  type Read,
  type Register,
  registersOf,
  untouchedSeeds,
} from './registers.js';
import { readsWithoutSeeds } from './seed-sightings.js';
import { afterKill, afterPowerLoss, describeErased, describeGarbage, describeStale } from './sentences.js';

/**
 * G2; G8 where the eraser had been stopped; G3 where the writer was killed right after it and no other client
 * else had ever seen the write: then it was in that process alone. In all of them each key's part of the history must be linearizable
 * (conflicts.ts), and then the whole (contradictions.ts). What has been checked exactly, and what only by a necessary
 * condition, says `scope`; nothing that is reported is a false alarm.
 *
 * One finding for each victim, at the first read that misses it, so that a write which a hundred reads miss counts
 * once, and one that was lost and later overwritten counts, too.
 */
export function checkLinearizability(run: Run, rest?: () => void): Contradictions {
  // A read that failed to see what was there all the time is torn.ts's: it would accuse every key of the file.
  const incomplete = readsWithoutSeeds(run);
  let looks: Looks | undefined;
  let findEraser: ReturnType<typeof findErasers> | undefined;
  const wasPaused = findPauses(run);
  const killOf = findKills(run);
  const notOurs = new Set([...untouchedSeeds(run).map(({ key }) => key), ...keysWithoutPromise(run)]);

  const findings: Finding[] = [];
  const ambiguous: Register[] = [];
  let count = 0;
  for (const register of registersOf(run, incomplete, rest)) {
    const { conflicts, garbage } = findConflicts(register);
    for (const read of firstOfEachValue(garbage)) findings.push(garbageFinding(run, register, read));
    // An entry that no client writes can only be missing, and that is seeds.ts's; what foreign programs write may come and go.
    if (notOurs.has(register.key)) continue;
    count++;
    if (findings.length === 0 && conflicts.length === 0 && isAmbiguous(register)) ambiguous.push(register);
    for (const conflict of conflicts) {
      const kind = classify(register, conflict);
      // Most runs lose nothing, and need none of it.
      looks ??= new Looks(run);
      if (kind === 'stale-read') {
        findings.push(staleFinding(register, conflict, looks));
        continue;
      }
      const { victim } = conflict;
      const value = victim.of === 'write' ? victim.mutation.id : null;
      const until = conflict.read.end;
      findEraser ??= findErasers(run, looks);
      const blame = findEraser({ register, victim: victim.mutation, value, since: victim.f, until });
      const [likeliest] = blame?.suspects ?? [];
      const fenced = likeliest !== undefined && wasPaused(likeliest);
      const kill = blame?.certain ? undefined : killOf(conflict);
      const powerLoss = blame?.certain ? undefined : powerLossBetween(run, conflict);
      const cause = { blame, fenced, kill, powerLoss, ofStore: isStoreAlone(run.header), looks };
      findings.push(erasedFinding(kind, register, conflict, cause));
    }
  }
  if (findings.length > 0) return { findings, scope: '', isExact: false };
  const all = () => [...registersOf(run, incomplete)].filter(({ key }) => !notOurs.has(key));
  return findContradictions(run, { count, ambiguous, all }, incomplete);
}

/**
 * What a later read finds again was not lost: the read that missed it was behind. But no client that looks at the file
 * itself is behind: what it lacks is lost, even if a second late writer happens to bring it back.
 */
export function classify({ reads, removals }: Register, { victim, read }: Conflict): FindingKind {
  if (read.operation === undefined) return victim.of === 'write' ? 'lost-update' : 'resurrection';
  // Only a read of a write can begin so late: see zones.ts.
  if (victim.of === 'write') return victim.s > read.begin ? 'stale-read' : 'lost-update';
  const again = reads.filter(({ value, begin }) => value === null && begin > read.begin);
  const isItsDoing = ({ end }: Read) =>
    removals.every(
      (other) => other === victim.mutation || other.end < victim.mutation.begin || other.begin > end,
    );
  return again.some(isItsDoing) ? 'stale-read' : 'resurrection';
}

function staleFinding({ key }: Register, conflict: Conflict, looks: Looks): Finding {
  const { victim, read } = conflict;
  return {
    guarantee: 'G2',
    kind: 'stale-read',
    sentence: describeStale(key, conflict),
    key,
    operations: [victim.mutation.id, ...(read.operation ? [read.operation.id] : [])],
    from: victim.mutation.begin,
    to: read.end,
    mechanism: howStale({ key }, conflict, looks),
    ...stuckAt(conflict),
  };
}

interface Cause {
  blame: Blame | undefined;
  /** The likeliest eraser had been stopped. */
  fenced: boolean;
  /** The victim died with its writer, for all that is known. */
  kill: FaultEvent | undefined;
  /** The machine lost its power after the victim had been acknowledged, and before it was missed. */
  powerLoss: FaultEvent | undefined;
  /** Nothing but the store's own calls was looked at. */
  ofStore: boolean;
  looks: Looks;
}

/**
 * Reports a write that died with its process: killed after the acknowledgement and before any client missed it, when
 * no other client had seen the write, not even a look at the file. One that was in the file was erased by another client.
 */
function findKills({ faults }: Run): (conflict: Conflict) => FaultEvent | undefined {
  const kills = new Map(
    faults.flatMap((fault) => (fault.fault === 'kill' ? [[fault.process, fault] as const] : [])),
  );
  return function killOf({ victim: { of, mutation, reads }, read }) {
    const kill = mutation.operation && kills.get(mutation.operation.process);
    const isPrivate = reads.every(({ operation }) => operation?.process === mutation.operation?.process);
    const isBetween = kill !== undefined && mutation.end <= kill.time && kill.time <= read.end;
    return of === 'write' && isPrivate && isBetween ? kill : undefined;
  };
}

function powerLossBetween({ faults }: Run, { victim, read }: Conflict): FaultEvent | undefined {
  return faults.find(
    ({ fault, time }) => fault === 'power-loss' && victim.mutation.end <= time && time <= read.end,
  );
}

function erasedFinding(
  kind: FindingKind,
  { key }: Register,
  conflict: Conflict,
  { blame, fenced, kill, powerLoss, ofStore, looks }: Cause,
): Finding {
  const { mutation } = conflict.victim;
  const sentence = describeErased(key, conflict, { blame, wasPaused: fenced, isStoreAlone: ofStore });
  return {
    guarantee: fenced ? 'G8' : kill || powerLoss ? 'G3' : 'G2',
    kind,
    sentence: sentence + (kill ? afterKill(kill) : powerLoss ? afterPowerLoss(powerLoss) : ''),
    key,
    operations: [mutation.id, ...(blame?.suspects ?? []).map(({ id }) => id)],
    ...toEvidence(blame),
    ...(conflict.read.operation ? { shownBy: conflict.read.operation.id } : {}),
    from: mutation.begin,
    to: conflict.read.end,
    mechanism: howErased(blame, { wasPaused: fenced, wasKilled: kill !== undefined }),
    ...versionsOf(blame, looks),
    ...stuckAt(conflict),
  };
}

function garbageFinding(run: Run, { key }: Register, read: Read): Finding {
  const writer = read.value === null ? undefined : operationsById(run).get(read.value);
  return {
    guarantee: 'G2',
    kind: 'garbage-read',
    sentence: describeGarbage(key, read, writer),
    key,
    operations: [read.operation, writer].flatMap((operation) => operation?.id ?? []),
    from: read.begin,
    to: read.end,
  };
}

function firstOfEachValue(reads: readonly Read[]): Read[] {
  const first = new Map<string | null, Read>();
  for (const read of reads.toSorted((a, b) => b.begin - a.begin)) first.set(read.value, read);
  return [...first.values()];
}
