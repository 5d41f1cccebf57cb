import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../core/scenario.js';
import type { CanaryEntry } from '../history/events.js';
import type { Random } from '../workload/random.js';
import { atRandomMoments } from './at-random-moments.js';
import type { FaultContext } from './context.js';
import { type Ambush, type Trap, traps } from './traps.js';

/** Does what another user could do who may write in the file's directory, under names that the target calls its own. */
export async function plant(
  { everyMs, forMs }: Extract<Fault, { kind: 'plant' }>,
  { ownFile, ownNames, canary, record, random, signal }: FaultContext,
): Promise<void> {
  if (!canary) throw new Error('nothing can be planted: this run has no tree for a link to lead to');
  const { directory: outside } = canary;
  // On the same file system, so that what is prepared here can be renamed and linked into place.
  const workshop = mkdtempSync(`${outside}-workshop-`);
  const pipe = makePipe(path.join(workshop, 'pipe'));
  let last = canary.look();

  await atRandomMoments(everyMs, random, signal, async () => {
    const file = existsSync(ownFile()) ? realpathSync(ownFile()) : ownFile();
    const place = choosePlace(file, ownNames(), random);
    const ambush: Ambush = { place, directory: path.dirname(file), outside, workshop, pipe, random };
    const trap = random.pick(traps)(ambush);
    if (!trap) return;
    const detail = `${trap.what} at ${path.relative(path.dirname(ownFile()), place)}`;
    record({ fault: 'plant', phase: 'begin', detail });
    await standing(trap, random.int(...forMs), signal);
    trap.remove();
    const now = canary.look();
    record({ fault: 'plant', phase: 'end', detail, ...(isSame(now, last) ? {} : { canary: now }) });
    last = now;
  });
  rmSync(workshop, { recursive: true, force: true });
}

const pauseMs = 1;

/** Keeps a trap for so long; as long again if the target steps into it, which has to get to the other side. */
async function standing({ isSprung, spring }: Trap, ms: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + ms;
  while (!signal.aborted && performance.now() < until) {
    await sleep(isSprung ? pauseMs : ms, undefined, { signal }).catch(() => {});
    if (!isSprung?.()) continue;
    spring?.();
    await sleep(ms, undefined, { signal }).catch(() => {});
    return;
  }
}

/** One of the target's names, or one inside a directory of its own: there already, or like one that is. @param file with no link on its way */
function choosePlace(file: string, ownNames: readonly string[], random: Random): string {
  const directory = path.dirname(file);
  // Names with a number in them are gone before any process could use them.
  const seen = readdirSync(directory).filter(
    (name) =>
      name.startsWith(`${path.basename(file)}.`) && !/\d/.test(name.slice(path.basename(file).length)),
  );
  const place = path.join(directory, random.pick([...new Set([...ownNames, ...seen])].sort()));
  const inside = namesIn(place);
  if (inside.length === 0 || random.int(0, 1) === 0) return place;
  const name = random.pick(inside.sort());
  return path.join(place, random.int(0, 1) === 0 ? name : likeOneOfTheDead(name, random));
}

/** Another name of the same form. Its numbers are those of no process that lives. */
function likeOneOfTheDead(name: string, random: Random): string {
  const digit = () => random.int(0, 15).toString(16);
  return name
    .replace(/(?<![\da-f])[\da-f]{16}(?![\da-f])/g, () => Array.from({ length: 16 }, digit).join(''))
    .replace(/(?<=-)\d+(?=-)/g, () => String(random.int(5_000_000, 9_000_000)));
}

function namesIn(place: string): string[] {
  try {
    return readdirSync(place);
  } catch {
    // It is a file, or was removed meanwhile.
    return [];
  }
}

/** Node can't make one. @returns undefined where there is no command for it */
export function makePipe(place: string): string | undefined {
  try {
    execFileSync('mkfifo', ['-m', '600', place], { stdio: 'ignore' });
    return place;
  } catch {
    // Windows has none: the other traps remain.
    return undefined;
  }
}

function isSame(a: readonly CanaryEntry[], b: readonly CanaryEntry[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
