import type { Run } from '../history/run.js';

/** From when to when a broken file is the harness's own doing. */
export interface Window {
  from: number;
  to: number;
}

/**
 * After a `corrupt` fault the file is broken until a client repairs it, which shows as the next unbroken content
 * that a foreign reader opens. Where the fault's end is on record that must be later than the end, for the begin
 * is written down before the damage is done.
 */
export function damageWindows({ faults, files }: Run): Window[] {
  const damages = faults.filter(({ fault }) => fault === 'corrupt').toSorted((a, b) => a.time - b.time);
  return damages.flatMap(({ phase, time }, index) => {
    if (phase !== 'begin') return [];
    const next = damages[index + 1];
    const done = next?.phase === 'end' ? next.time : time;
    return [{ from: time, to: repairedAfter(files, done) }];
  });
}

/** While a foreign program writes the file in place, and until it is whole again. */
export function foreignWriteWindows({ operations, files }: Run): Window[] {
  const writes = operations.filter(({ foreign }) => foreign);
  return writes.map(({ begin, end }) => ({ from: begin, to: repairedAfter(files, end) }));
}

function repairedAfter(files: Run['files'], time: number): number {
  const repaired = files.find((file) => file.broken === null && file.time > time);
  return repaired?.time ?? Number.POSITIVE_INFINITY;
}
