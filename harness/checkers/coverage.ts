import type { Check, Counts } from '../core/report.js';
import { counted } from '../history/words.js';

/**
 * Did enough happen for silence to mean something? A run in which too little did proves nothing, whatever the
 * checkers say (FoundationDB's `expectedRate`).
 */
export function checkCoverage(
  counts: Counts,
  atLeast: Readonly<Record<string, number>>,
  changeMs?: number,
): Check {
  const known = new Map<string, number>(Object.entries(counts));
  const wanted = Object.entries(atLeast);
  const unknown = wanted.filter(([name]) => !known.has(name)).map(([name]) => `"${name}"`);
  if (unknown.length > 0) {
    const summary = `atLeast asks for ${unknown.join(', ')}, expected one of: ${[...known.keys()].join(', ')}`;
    return { result: 'unknown', summary };
  }
  if (counts.overlaps < (atLeast.overlaps ?? 0))
    return { result: 'unknown', summary: tooFewOverlaps(counts, changeMs) };
  const short = wanted.filter(([name, least]) => !((known.get(name) ?? 0) >= least));
  if (short.length > 0) {
    const list = short.map(([name, least]) => `${known.get(name)} of ${least} ${name}`);
    return { result: 'unknown', summary: `too little happened: ${list.join(', ')}` };
  }
  if (counts.acknowledged + counts.reads === 0) {
    return { result: 'unknown', summary: 'too little happened: not one call succeeded' };
  }
  return { result: 'valid', summary: describeLosses(counts) };
}

/** Two changes that did not overlap can't have undone each other: silence about them says nothing. */
function tooFewOverlaps(
  { lost, resurrected, acknowledged, overlaps }: Counts,
  changeMs: number | undefined,
): string {
  const median = changeMs === undefined ? '' : ` (median of one: ${(changeMs / 1000).toFixed(1)} s)`;
  const only = `only ${counted(overlaps, 'pair')} of operations overlapped${median}`;
  return `${lost + resurrected} lost of ${acknowledged} acknowledged, but ${only}; what helps: --slow 300ms, more --clients (tui=8), a longer --duration; or holdfast explore with the same --command, which needs no luck`;
}

function describeLosses({ lost, acknowledged }: Counts): string {
  if (lost > 0 || acknowledged === 0) return `${lost} lost of ${acknowledged} acknowledged`;
  const bound = lossRateBound(acknowledged);
  return `0 lost of ${acknowledged} acknowledged: below 1 in ${Math.floor(1 / bound)} at 95 % if losses were independent`;
}

/**
 * The largest rate of losses at which none in n independent trials still has a chance of 5 %: (1 - rate)^n = 0.05,
 * about 3/n (Hanley and Lippman-Hand 1983, "If nothing goes wrong, is everything all right?"). Writes that share
 * a file and a moment are not independent, so it describes the run more than it predicts the next.
 */
export function lossRateBound(n: number): number {
  return -Math.expm1(Math.log(0.05) / n);
}
