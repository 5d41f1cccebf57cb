import type { Counts } from '../core/report.js';
import type { Run } from '../history/run.js';
import { counted, fewOf } from '../history/words.js';
import { lossRateBound } from './coverage.js';

/** What is worth knowing of a run, and no violation. */
export function notesOf(run: Run, counts: Counts): string[] {
  return [...notesOfForeign(counts), ...notesOfProgram(run, counts)];
}

/** Programs that know no store lose each other's writes, beside any store: that is theirs, and told as such. */
function notesOfForeign({ foreignWrites, foreignLost, foreignUndone }: Counts): string[] {
  if (foreignLost + foreignUndone === 0) return [];
  const undone = foreignUndone > 0 ? `, and ${counted(foreignUndone, 'removal')} came back` : '';
  return [
    `Programs that know no store lost ${foreignLost} of their ${counted(foreignWrites, 'write')}${undone}: their own doing, and no violation.`,
  ];
}

function notesOfProgram(
  { header, final }: Run,
  { overlaps, leftovers, lost, resurrected, acknowledged }: Counts,
): string[] {
  const { program, evidence } = header;
  if (!program) return [];
  const left = [...new Set(final?.leftovers)];
  const { looked, changed } = final?.outside ?? { looked: [], changed: [] };
  return [
    `${counted(overlaps, 'pair')} of changes by two clients overlapped.`,
    ...(lost + resurrected === 0 && acknowledged > 0 && program.slowMs === undefined
      ? [
          `Nothing is lost of ${acknowledged} acknowledged: below 1 in ${Math.floor(1 / lossRateBound(acknowledged))} at 95 %, if losses were independent. What needs long to start spends little of it between its read and its write: --slow 100ms makes that more, and holdfast explore with the same --command needs no luck.`,
        ]
      : []),
    ...(evidence?.format !== undefined && !program.cutShows
      ? [
          `Its file is read as ${evidence.format.split(':', 1)[0]}, in which a part of a file is one, too: a torn file shows by entries only that were there before it and after it.`,
        ]
      : []),
    ...(leftovers === 0 && left.length > 0
      ? [
          `Left beside the file, where it blocks no process: ${fewOf(left, 'report.json')}. With --strict it is a violation.`,
        ]
      : []),
    ...(changed.length > 0
      ? [
          `While it ran, outside of its own home changed: ${fewOf(changed, 'history.jsonl')}. Was it the program?`,
        ]
      : []),
    ...(looked.length > 0 && changed.length === 0
      ? [
          `Outside of its own home ${looked.length} places were looked at where it might keep that file; none has changed.`,
        ]
      : []),
  ];
}
