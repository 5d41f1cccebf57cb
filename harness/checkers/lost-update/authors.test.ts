import { expect } from 'vitest';
import { atLeast } from '../../../src/amount.test.helper.js';
import { propertyInTiers } from '../../../src/tiers.test.helper.js';
import type { Finding } from '../../core/verdict.js';
import type { Operation } from '../../history/run.js';
import { Random } from '../../workload/random.js';
import { judge } from '../index.js';
import { type Simulated, simulateAuthors, type Write } from './authors.test.helper.js';
import { findLateWrites } from './late-writes.js';
import { Looks } from './looks.js';

/**
 * How many histories are simulated. The long form, some minutes:
 *
 *     HOLDFAST_HISTORIES=10000 npx vitest run harness/checkers/lost-update/authors.test.ts
 */
const cases = { few: 100, many: atLeast(300, 'HOLDFAST_HISTORIES') };

const erased = /^(lost-update|resurrection|lost-seed)$/;

/** Who really made the key what the look at the file found: the last to change it that was not asked to. */
function authorsOf(
  { writes, run, looks }: Simulated,
  finding: Finding,
): { authors: string[]; moment: number } {
  const { key = '', sentence, blame } = finding;
  const told = Number(/(?:gone|back|went) by (\d+\.\d+) ms/.exec(sentence)?.[1]) * 1e6;
  const isIt = ({ version, until }: { version: number; until: number }) =>
    blame?.to === undefined ? until === told : version === blame.to;
  const moment = looks.get(run.files.find(isIt)?.version ?? 0) ?? told;
  const asked = new Set(run.operations.flatMap((one) => (one.key === key ? one.id : [])));
  const author = writes.findLast(
    ({ time, before, after, authors }) =>
      time <= moment && before[key] !== after[key] && !authors.some((id) => asked.has(id)),
  );
  return { authors: author?.authors ?? [], moment };
}

/** Whose write took the victim from the file for the last time, though no look need have met that. */
function lastToErase(
  { writes, run }: Pick<Simulated, 'writes' | 'run'>,
  { key = '', kind, operations: [victim = ''] }: Finding,
  until: number,
): string[] {
  const value = kind === 'lost-seed' ? run.seeds.get(key)?.value : victim;
  const erases = ({ time, before, after }: Write) =>
    time <= until && before[key] === value && after[key] !== value;
  return writes.findLast(erases)?.authors ?? [];
}

/** Nothing in such a history tells how the store works: that it writes late, or takes a half-written file for an empty one. */
function hidesItsWays({ run, style }: Simulated): boolean {
  const looks = new Looks(run);
  const late = findLateWrites(new Map(run.operations.map((one) => [one.id, one])), looks, () => [
    ...run.operations,
  ]);
  const isLate = [...Array(looks.count).keys()].some((look) => look > 0 && late.in(look).length > 0);
  const isTorn = run.files.some(({ broken }) => broken !== null);
  return (
    (style.acknowledges === 'before' && !isLate) || (style.write === 'in place' && style.readsTorn && !isTorn)
  );
}

/**
 * Says so where the victim was found again after the moment by which it is said to be gone: then the blame is for the wrong time.
 * Only for a victim whose key no other operation has changed since, as that would explain it too.
 */
function wentLater({ run, writes }: Simulated, { key = '', sentence, operations: [victim] }: Finding) {
  const told = Number(/gone by (\d+\.\d+) ms/.exec(sentence)?.[1]) * 1e6;
  const operation = run.operations.find(({ id }) => id === victim);
  const isOther = (one: Operation) =>
    one !== operation && one.key === key && one.action !== 'get' && one.end >= (operation?.begin ?? 0);
  const isGone = run.final?.broken === null && run.final.entries[key] !== victim;
  if (operation?.action !== 'set' || !isGone || run.operations.some(isOther)) return undefined;
  const byLooks = run.files.flatMap(({ set, time }) => (set[key] === victim ? time : []));
  const byReads = run.operations.flatMap(({ result, process, begin }) => {
    const isIt = typeof result === 'object' && result !== null && result[key] === victim;
    if (!isIt || process === operation.process) return [];
    // No copy in memory is older than what another has written in it.
    const ids = new Set(Object.values(result));
    const others = run.operations.filter((one) => ids.has(one.id) && one.process !== process);
    return Math.min(begin, Math.max(...others.map((one) => one.begin)));
  });
  const last = Math.max(...byLooks, ...byReads);
  const later = writes.find(
    ({ time, before, after }) => time > last && before[key] === victim && after[key] !== victim,
  );
  return told < last && later ? `it was there at ${last / 1e6} and went by ${later.authors}` : undefined;
}

/** What is wrong with what a finding says of its author; undefined if nothing is. */
function faultOf(one: Simulated, finding: Finding): string | undefined {
  const { blame, sentence } = finding;
  if (blame === undefined) return undefined;
  const { suspects, certain } = blame;
  if (!suspects.every((id) => sentence.includes(id))) return 'a suspect is not in the sentence';
  if (suspects.length > 1 && !sentence.includes('one of')) return 'several are not "one of"';
  if (certain && /probably|one of/.test(sentence)) return 'it is told as less certain than it is';
  const later = wentLater(one, finding);
  if (later) return later;
  const { authors: last, moment } = authorsOf(one, finding);
  // Another may have set the key between, and been erased as well.
  const authors = [...last, ...lastToErase(one, finding, moment)];
  // What no look met may also have come and gone by a late write.
  const isHedged = /may not have been written by then/.test(sentence);
  if (isHedged && (authors.length === 0 || one.style.acknowledges === 'before')) return undefined;
  return suspects.some((id) => authors.includes(id))
    ? undefined
    : `it was ${authors.join(' or ') || 'no client'}`;
}

const title =
  'the suspects of a loss include its author wherever any is named, and the first suspect is mostly the author';
propertyInTiers(title, cases, (histories) => {
  const random = new Random(41, 'authors');
  let losses = 0;
  let named = 0;
  let first = 0;
  let last = 0;
  for (let n = 0; n < histories; n++) {
    const one = simulateAuthors(random);
    if (hidesItsWays(one)) continue;
    for (const finding of judge(one.run).findings.filter(({ kind }) => erased.test(kind))) {
      const fault = faultOf(one, finding);
      if (fault)
        expect.fail(`history ${n}, ${JSON.stringify(one.style)}: "${finding.sentence}", but ${fault}`);
      const [likeliest] = finding.blame?.suspects ?? [];
      losses++;
      if (likeliest === undefined) continue;
      named++;
      if (authorsOf(one, finding).authors.includes(likeliest)) first++;
      if (lastToErase(one, finding, Number.POSITIVE_INFINITY).includes(likeliest)) last++;
    }
  }
  console.log(
    `${losses} losses: names for ${named}, the author is the first of them in ${first}, the last to erase it in ${last}`,
  );
  // One that names no client is never wrong, and no help.
  expect(named).toBeGreaterThan(losses / 4);
  expect(first).toBeGreaterThan((named * 2) / 3);
});
