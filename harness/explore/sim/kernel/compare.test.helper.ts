import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { quickDirectory } from '../../workers/search-session.js';
import { isDecided } from './decisions.js';
import { OurSide } from './our-side.test.helper.js';
import { joinGroups, RealSide, removeAll } from './real-side.test.helper.js';
import { describeStep, lastLook, type Step, stepOf, user } from './sequences.test.helper.js';
import { type Side, Sights } from './sides.test.helper.js';
import { changed, hasFineTimes, lookAt, lookReal, timesIn } from './times.test.helper.js';

/** Who the two processes are: both root, both a user, or one of each. `times`: root, and the times of files are compared, too. */
export type Crew = 'root' | 'user' | 'both' | 'times';

export interface Compared {
  sequences: number;
  calls: number;
  /** How often each errno was answered. */
  errnos: Record<string, number>;
  /** Steps that differ as was decided. */
  decided: number;
  /** Here a change may leave the time of a file as it was, so times can't be compared. */
  hasCoarseTimes?: true;
  /** The shortest sequence that differs, with both answers to its last step. */
  difference?: string;
}

const umasks = [0, 0o077] as const;
/** As many levels as links and `..` may lead up. */
const depth = 8;

/** Makes random sequences of calls on both, and compares every answer. It ends with the first difference. */
export function compare(crew: Crew, sequences: number, seed: number, length = 30): Compared {
  // Half of all steps end with an error, and nobody looks at its stack.
  Error.stackTraceLimit = 0;
  const base = mkdtempSync(path.join(crew === 'times' ? tmpdir() : quickDirectory(), 'holdfast-kernel-'));
  chmodSync(base, 0o755);
  const isUser = crew === 'user';
  const isRoot = process.getuid?.() === 0;
  if (isRoot) joinGroups();
  const owner = isUser && isRoot ? user : (process.getuid?.() ?? 0);
  if (isUser && isRoot) {
    chownSync(base, user, user);
    process.setgid?.(user);
    process.setuid?.(user);
  }
  const protectsHardLinks = readFileSync('/proc/sys/fs/protected_hardlinks', 'utf8').trim() !== '0';
  const uids = [owner, crew === 'both' ? user : owner] as const;
  // A directory of root's would let the other do little.
  const directoryOf = crew === 'both' ? user : owner;
  const report: Compared = { sequences: 0, calls: 0, errnos: {}, decided: 0 };
  // The disk that has times fine enough is one that uses its numbers again.
  const tellsApart = crew !== 'times';
  if (crew === 'times' && !hasFineTimes(base)) {
    rmSync(base, { recursive: true });
    return { ...report, hasCoarseTimes: true };
  }
  const levels = Array.from({ length: depth }, (_, above) => path.join(base, ...Array(above + 1).fill('n')));
  const [top = '', root = ''] = [levels[0], levels.at(-1)];

  /** @returns what differs */
  const run = (steps: readonly Step[]): string | undefined => {
    process.umask(0o022);
    mkdirSync(root, { recursive: true, mode: 0o755 });
    if (directoryOf !== owner) for (const place of levels) chownSync(place, directoryOf, directoryOf);
    const real = new RealSide(root, umasks, crew === 'both', new Sights(tellsApart));
    const ours = new OurSide(root, uids, umasks, directoryOf, protectsHardLinks, false, { tellsApart });
    const trail: string[] = [];
    const lookOurs = lookAt(ours.kernel);
    /** With the times that it has changed. */
    const make = (side: Side, step: Step): string => {
      if (crew !== 'times') return side.make(step);
      const look = side === real ? lookReal : lookOurs;
      const before = timesIn(root, look);
      const answer = side.make(step);
      const times = changed(before, timesIn(root, look));
      return times === '' ? answer : `${answer} [${times}]`;
    };
    report.sequences++;
    try {
      for (const step of steps) {
        // The real uid is what counts there, and that is root's.
        if (crew === 'both' && step.who === 1 && step.call === 'access') continue;
        const [wanted, found] = [make(real, step), make(ours, step)];
        report.calls++;
        if (/^E[A-Z]+$/.test(wanted)) report.errnos[wanted] = (report.errnos[wanted] ?? 0) + 1;
        trail.push(`${describeStep(step)}: ${wanted.replaceAll(root, '')}`);
        if (wanted === found) continue;
        if (!isDecided(describeStep(step), wanted, found)) return [...trail, `   here: ${found}`].join('\n');
        report.decided++;
        return undefined;
      }
      return undefined;
    } finally {
      real.close();
      process.chdir('/');
      removeAll(top);
    }
  };
  try {
    // A shorter sequence is one with steps left out.
    const numbers = (maxLength: number) => fc.array(fc.noShrink(fc.integer()), { maxLength, size: 'max' });
    const property = fc.property(numbers(12), numbers(2 * length), (first, then) => {
      const steps = [...first.map((n) => stepOf(n, true)), ...then.map((n) => stepOf(n, false)), ...lastLook];
      const difference = run(steps);
      if (difference !== undefined) throw new Error(difference);
    });
    const { errorInstance } = fc.check(property, { numRuns: sequences, seed });
    if (errorInstance) report.difference = (errorInstance as Error).message;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
  return report;
}
