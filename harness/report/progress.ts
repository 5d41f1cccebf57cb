import type { Progress } from '../core/progress.js';
import { programLine } from './programs.js';

const plainEveryMs = 10_000;

/** Where progress is drawn: the standard error of a terminal, or of a log. */
export interface Screen {
  isTTY?: boolean;
  columns?: number;
  /** Writes text, with the control sequences of a terminal where it is one. */
  write(text: string): unknown;
}

/** Draws one live line on a terminal; elsewhere writes a line when a scenario ends, and every ten seconds between. */
export function progressReporter(screen: Screen): (progress: Progress) => void {
  const live = screen.isTTY === true;
  let nextPlainMs = plainEveryMs;
  return (progress) => {
    if (progress.type === 'begin') {
      nextPlainMs = plainEveryMs;
      return;
    }
    if (progress.type === 'end') {
      screen.write(`${live ? '\r\x1b[K' : ''}${endLine(progress)}\n`);
      return;
    }
    if (live) {
      screen.write(`\r\x1b[K${workLine(progress).slice(0, (screen.columns ?? 80) - 1)}`);
    } else if (progress.elapsedMs >= nextPlainMs) {
      nextPlainMs += plainEveryMs;
      screen.write(`${workLine(progress)}\n`);
    }
  };
}

function workLine({
  label,
  elapsedMs,
  workMs,
  acknowledged,
  faults,
}: Extract<Progress, { type: 'work' }>): string {
  const seconds = `${(elapsedMs / 1000).toFixed(1)} of about ${Math.ceil(workMs / 1000)} s`;
  return `  ... ${label}: ${seconds}, ${acknowledged} acknowledged${faults > 0 ? `, ${faults} faults` : ''}`;
}

function endLine({ label, isControl, report }: Extract<Progress, { type: 'end' }>): string {
  const { result, counts, program } = report;
  if (program && !isControl) return `  ${result.padEnd(7)}  ${programLine(report)}`;
  const lost = counts.lost + counts.seedsLost + counts.resurrected;
  const numbers = `${counts.acknowledged} acknowledged, ${lost} lost, ${counts.torn} torn`;
  return isControl
    ? `  control  ${label}: ${numbers} (a planted bug)`
    : `  ${result.padEnd(7)}  ${label}: ${numbers}`;
}
