import type { Action } from '../schedule/action.js';
import type { Program } from '../schedule/program.js';

export interface Candidate {
  program: Program;
  schedule: readonly Action[];
}

/** Runs a candidate, leniently. @returns what was then really done, if it fails in the same way; undefined if not */
export type Trial = (candidate: Candidate) => readonly Action[] | undefined;

/**
 * Makes a failing execution smaller while it still fails in the same way: fewer clients, fewer operations, fewer faults, fewer
 * changes of who is at it. Each is taken away where it can be; what is left can be taken away no more, one at a time
 * (1-minimal, as delta debugging calls it: Zeller and Hildebrandt 2002).
 */
export function shrink(first: Candidate, fails: Trial): Candidate {
  let best = first;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const candidate of smaller(best)) {
      const done = fails(candidate);
      if (!done) continue;
      const next = { program: candidate.program, schedule: done };
      if (!isLess(next, best)) continue;
      best = next;
      isSmaller = true;
      break;
    }
  }
  return withoutTail(best, fails);
}

function* smaller({ program, schedule }: Candidate): Generator<Candidate> {
  const { clients } = program;
  if (clients.length > 1)
    for (const index of clients.keys())
      yield {
        program: { clients: clients.filter((_, one) => one !== index) },
        schedule: withoutClient(schedule, index),
      };
  for (const [index, operations] of clients.entries())
    for (const position of operations.keys()) {
      if (operations.length === 1) continue;
      const fewer = operations.filter((_, one) => one !== position);
      yield {
        program: { clients: clients.map((one, client) => (client === index ? fewer : one)) },
        schedule,
      };
    }
  for (const [index, action] of schedule.entries())
    if (action.do !== 'run') yield { program, schedule: schedule.filter((_, one) => one !== index) };
  const segments = toSegments(schedule);
  // Half of them at once, a quarter, ...: most schedules that were found by chance are mostly chance.
  for (let size = Math.ceil(segments.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let start = 0; start < segments.length; start += size)
      yield { program, schedule: segments.filter((_, one) => one < start || one >= start + size).flat() };
}

/** Fewer clients, then operations, then faults, then changes of who is at it, then steps. */
function isLess(a: Candidate, b: Candidate): boolean {
  const [x, y] = [measure(a), measure(b)];
  const index = x.findIndex((size, one) => size !== y[one]);
  return index >= 0 && (x[index] ?? 0) < (y[index] ?? 0);
}

function measure({ program, schedule }: Candidate): number[] {
  const operations = program.clients.reduce((sum, one) => sum + one.length, 0);
  const faults = schedule.filter((action) => action.do !== 'run').length;
  return [program.clients.length, operations, faults, toSegments(schedule).length, schedule.length];
}

/** Runs of steps of one client; a fault stands alone. */
function toSegments(schedule: readonly Action[]): Action[][] {
  const segments: Action[][] = [];
  for (const action of schedule) {
    const last = segments.at(-1);
    const [before] = last ?? [];
    if (last && before?.do === 'run' && action.do === 'run' && before.client === action.client)
      last.push(action);
    else segments.push([action]);
  }
  return segments;
}

function withoutClient(schedule: readonly Action[], index: number): Action[] {
  return schedule
    .filter(({ client }) => client !== index)
    .map((action) => ({ ...action, client: action.client > index ? action.client - 1 : action.client }));
}

/** What happens by itself at the end need not be said. */
function withoutTail(found: Candidate, fails: Trial): Candidate {
  let best = found;
  for (let segments = toSegments(best.schedule); segments.length > 0; segments = toSegments(best.schedule)) {
    const schedule = segments.slice(0, -1).flat();
    const done = fails({ program: best.program, schedule });
    if (!done || done.length !== found.schedule.length) break;
    best = { program: best.program, schedule };
  }
  return best;
}
