import { table } from '../../report/table.js';
import type { StepRow } from '../evidence/explain.js';
import type { Exploration, ExploredFailure, Replayed } from '../evidence/exploration.js';
import { decisionOf, originOf, stepTable, summaryOf, titleOf } from './summary.js';

/** What a person reads when a search is over. @param replayCommand of a failure, the command that runs it again @param isInterrupted whether the user ended it */
export function explorationToTerminal(
  found: Exploration,
  replayCommand: (failure: ExploredFailure) => string,
  isInterrupted = false,
): string {
  return [
    summaryOf(found, isInterrupted).join('\n'),
    ...found.failures.flatMap((failure) => failureToTerminal(failure, replayCommand(failure))),
  ].join('\n\n');
}

/** The whole story of one failure. */
export function failureToTerminal(failure: ExploredFailure, replayCommand: string): string[] {
  const { sentence, eraser } = failure;
  const decision = decisionOf(failure);
  return [
    `**${titleOf(failure)}**: ${sentence}${eraser === undefined ? '' : `\n${eraser}`}`,
    toTable(failure.rows, failure.program),
    ...(decision === undefined ? [] : [decision]),
    originOf(failure, replayCommand).join('\n'),
  ];
}

/** What a schedule that was run again led to. */
export function replayedToTerminal({
  file,
  target,
  same,
  of,
  divergence,
  kind,
  sentence,
  rows,
  eraser,
}: Replayed): string {
  const end =
    kind === undefined
      ? 'No guarantee was broken.'
      : `**${kind}**: ${sentence}${eraser === undefined ? '' : `\n${eraser}`}`;
  const isSameTarget = target === file.target;
  const outcome = isSameTarget
    ? `The same calls and the same end in ${same} of ${of} runs.`
    : `Found on ${file.target}, run on ${target}.`;
  return [
    `Schedule ${file.id} on ${target}: ${file.program}`,
    toTable(rows, file.program),
    end,
    divergence === undefined ? outcome : `${outcome} It led elsewhere ${divergence}.`,
  ].join('\n\n');
}

function toTable(rows: readonly StepRow[], program: string): string {
  const { header, lines } = stepTable(rows, program);
  return table(
    header,
    lines.map(({ cells }) => cells),
  );
}
