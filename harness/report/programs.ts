import { lostOf } from '../core/lost.js';
import type { Counts, JudgedRun } from '../core/report.js';
import { counted } from '../history/words.js';

/** What a program did, in a line: `npm 11.19.1: 100 acknowledged, 46 lost, empty 36 times`. */
export function programLine({ target, scenario, counts }: JudgedRun): string {
  const { acknowledged, resurrected, seedsLost, empty, missing, leftovers, unusable, failed } = counts;
  const times = (count: number, what: string) => (count > 0 ? [`${what} ${counted(count, 'time')}`] : []);
  const some = (count: number, what: string) => (count > 0 ? [`${count} ${what}`] : []);
  const ofThem = [
    ...(resurrected > 0 ? [`${counted(resurrected, 'removal')} undone`] : []),
    ...some(seedsLost, 'there before'),
  ];
  const parts = [
    `${acknowledged} acknowledged`,
    `${lostOf(counts)} lost${ofThem.length > 0 ? ` (${ofThem.join(', ')})` : ''}`,
    ...some(failed, 'refused'),
    ...times(empty, 'empty'),
    ...times(missing, 'missing'),
    ...times(tornInPart(counts), 'torn'),
    ...(leftovers > 0 ? [`${counted(leftovers, 'leftover')} in the way`] : []),
    ...(unusable > 0 ? ['unusable at the end'] : []),
  ];
  return `${target}${scenario === 'two-terminals' ? '' : ` in ${scenario}`}: ${parts.join(', ')}`;
}

/** How often a reader saw the file broken, and neither empty nor missing. */
export function tornInPart({ torn, empty, missing }: Counts): number {
  return Math.max(0, torn - empty - missing);
}

/** What is worth knowing of a run, and no violation. */
export function noteLines(runs: readonly Pick<JudgedRun, 'target' | 'scenario' | 'notes'>[]): string[] {
  return runs.flatMap(({ target, scenario, notes = [] }) =>
    notes.length === 0 ? [] : [`${scenario} on ${target}:\n${notes.map((note) => `- ${note}`).join('\n')}`],
  );
}
