import type { Finding } from '../core/verdict.js';
import type { Operation, Run } from '../history/run.js';
import { inMs } from '../history/words.js';

/** The change that a fresh process asked of a program in vain, when all others had ended. */
export function lastRefusal({ header, operations, final }: Run): Operation | undefined {
  if (!header.program || !final) return undefined;
  return operations.find(
    ({ client, action, outcome }) =>
      client === 'audit' && (action === 'set' || action === 'remove') && outcome !== 'ok',
  );
}

/** G7: when all have ended, whatever became of them, the program still works. What stands in its way is named by G6. */
export function checkUsable(run: Run): Finding[] {
  const refused = lastRefusal(run);
  if (!refused || (run.final?.leftovers.length ?? 0) > 0) return [];
  const { id, action, key, error, begin } = refused;
  return [
    {
      guarantee: 'G7',
      kind: 'unusable',
      sentence: `at the end of the run a fresh process could not ${action} "${key}" (at ${inMs(begin)}): ${error}`,
      ...(key === undefined ? {} : { key }),
      operations: [id],
      from: begin,
      to: run.final?.time ?? begin,
    },
  ];
}
