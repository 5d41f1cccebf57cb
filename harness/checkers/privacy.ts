import type { Finding } from '../core/verdict.js';
import type { ModeEvent } from '../history/events.js';
import type { Operation, Run } from '../history/run.js';
import { inMs } from '../history/words.js';
import { lastRefusal } from './usable.js';

/** G6: no other user can ever open a file of the store, and none is left that no writer sweeps. */
export function checkPrivacy(run: Run): Finding[] {
  const { modes, final } = run;
  const first = new Map<string, ModeEvent>();
  for (const event of modes) {
    const id = `${event.mode} ${event.name}`;
    if (!first.has(id)) first.set(id, event);
  }
  const loose = [...first.values()].map(
    ({ name, mode, time }): Finding => ({
      guarantee: 'G6',
      kind: 'loose-mode',
      sentence: `${name} had mode ${mode} at ${inMs(time)}: others than its owner could open it`,
      operations: [],
      from: time,
      to: time,
    }),
  );
  const left = leftoversThatCount(run).map(
    ({ name, why }): Finding => ({
      guarantee: 'G6',
      kind: 'leftover',
      sentence: `${name} was left behind, and ${why}`,
      operations: [],
      from: final?.time ?? 0,
      to: final?.time ?? 0,
    }),
  );
  return [...loose, ...left];
}

/**
 * A program of others may leave behind what it likes, as long as that stops no other process; a lock that no process will ever
 * release does.
 */
function leftoversThatCount(run: Run): { name: string; why: string }[] {
  const { program } = run.header;
  const names = [...new Set(run.final?.leftovers)];
  if (!program || program.isStrict)
    return names.map((name) => ({
      name,
      why: 'no later writer swept it; alone the store leaves nothing of that name',
    }));
  const refused = lastRefusal(run);
  if (!refused) return [];
  const why = `it stops others: ${refused.action} "${refused.key}" of a fresh process failed (${refused.error})`;
  return names.filter((name) => stops(name, refused, names)).map((name) => ({ name, why }));
}

/** If the error names one of them, it is that one. */
function stops(name: string, { error = '' }: Operation, names: readonly string[]): boolean {
  const named = names.filter((one) => error.includes(one));
  return named.length === 0 || named.includes(name);
}
