import { cutTo, wrapTo } from '../../src/cli/text.js';
import { lostOf } from '../core/lost.js';
import type { Progress, Whole } from '../core/progress.js';
import { programLine } from './programs.js';
import { verdictOf } from './verdict.js';

const plainEveryMs = 10_000;

/** Where progress is drawn: the standard error of a terminal, or of a log. */
export interface Screen {
  isTTY?: boolean;
  columns?: number;
  /** Writes text, with the control sequences of a terminal where it is one. */
  write(text: string): unknown;
}

/** Colours a verdict. */
type PaintVerdict = (text: string) => string;

/** Draws one live line on a terminal; elsewhere writes a line when a scenario ends, and every ten seconds between. */
export function progressReporter(
  screen: Screen,
  paint: PaintVerdict = (text) => text,
): (progress: Progress) => void {
  const live = screen.isTTY === true;
  const columns = () => (live ? (screen.columns || 80) - 1 : Number.POSITIVE_INFINITY);
  let nextPlainMs = plainEveryMs;
  return (progress) => {
    if (progress.type === 'note') {
      for (const line of wrapTo(progress.text, columns())) screen.write(`${line}\n`);
      return;
    }
    if (progress.type === 'begin') {
      nextPlainMs = plainEveryMs;
      return;
    }
    if (progress.type === 'end') {
      screen.write(`${live ? '\r\x1b[K' : ''}${endLine(progress, columns(), paint)}\n`);
      return;
    }
    if (live) {
      screen.write(`\r\x1b[K${cutTo(liveLine(progress), columns())}`);
    } else if (progress.type === 'work' && progress.elapsedMs >= nextPlainMs) {
      nextPlainMs += plainEveryMs;
      screen.write(`${liveLine(progress)}\n`);
    }
  };
}

/** `  3 of 19, 12 s of 50, 38 s left: kill-9 on hardened, 120 acknowledged, 3 faults` */
function liveLine(progress: Extract<Progress, { type: 'work' | 'judge' }>): string {
  const { label, whole } = progress;
  if (progress.type === 'judge') return `  ${wholeOf(whole)}: judging ${label}, ${progress.events} events`;
  const { acknowledged, faults } = progress;
  return `  ${wholeOf(whole)}: ${label}, ${acknowledged} acknowledged${faults > 0 ? `, ${faults} faults` : ''}`;
}

function wholeOf({ position, of, elapsedMs, durationMs }: Whole): string {
  const left = Math.max(0, durationMs - elapsedMs);
  const [elapsed, all] = [Math.floor(elapsedMs / 1000), Math.round(durationMs / 1000)];
  return `${position + 1} of ${of}, ${elapsed} s of ${all}, ${left > 0 ? `${lengthOf(left)} left` : 'nearly done'}`;
}

function lengthOf(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.ceil(seconds / 60)} m`;
}

function endLine(
  { label, isControl, report }: Extract<Progress, { type: 'end' }>,
  columns: number,
  paint: PaintVerdict,
): string {
  const { counts, program } = report;
  const numbers = `${counts.acknowledged} acknowledged, ${lostOf(counts)} lost, ${counts.torn} torn`;
  const verdict = verdictOf(report);
  const told = program ? programLine(report) : `${label}: ${numbers}`;
  const line = isControl
    ? `  control  ${label}: ${numbers} (a planted bug)`
    : `  ${verdict.padEnd(7)}  ${told}`;
  const cut = cutTo(line, columns);
  return isControl ? cut : cut.replace(verdict, () => paint(verdict));
}
