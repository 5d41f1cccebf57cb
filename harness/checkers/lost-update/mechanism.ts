import type { Finding, Mechanism } from '../../core/verdict.js';
import type { Blame } from './blame.js';
import type { Conflict } from './conflicts.js';
import type { Looks } from './looks.js';

/** How something was erased: what was done to the first suspect, or what it had read. */
export function howErased(
  blame: Blame | undefined,
  { wasPaused, wasKilled }: { wasPaused: boolean; wasKilled: boolean },
): Mechanism {
  if (wasPaused) return 'pause';
  if (wasKilled) return 'kill';
  const [first] = blame?.suspects ?? [];
  if (!blame || !first || blame.late.length > 0) return 'unknown';
  if (first.foreign) return 'foreign';
  switch (blame.base?.what) {
    case 'empty':
      return 'empty read';
    case 'torn':
      return 'torn read';
    case 'older':
      return 'stale base';
    default:
      return 'unknown';
  }
}

/** A read that missed a write which the file held before, during and after it was answered from an older copy. */
export function howStale({ key }: { key: string }, { victim, read }: Conflict, looks: Looks): Mechanism {
  if (victim.of !== 'write') return 'unknown';
  const before = looks.countWhile(({ until }) => until <= read.begin) - 1;
  const after = looks.countWhile(({ time }) => time < read.end);
  if (before < 0 || after >= looks.count) return 'unknown';
  return looks.holds(key, victim.mutation.id, before, after) ? 'stale read' : 'unknown';
}

/** The contents between which the victim went, and what its first suspect had read. */
export function versionsOf(blame: Blame | undefined, looks: Looks): Pick<Finding, 'versions'> {
  if (blame === undefined) return {};
  const { from, to, base, look } = blame;
  const goneIn = to ?? (look === undefined ? undefined : looks.get(look)?.version);
  const isNamed = blame.suspects.length > 0 && blame.late.length === 0 && base !== undefined;
  const versions = {
    ...(from === undefined ? {} : { seenIn: from }),
    ...(goneIn === undefined ? {} : { goneIn }),
    ...(isNamed && base.version !== undefined ? { base: base.version } : {}),
    ...(isNamed ? { isBaseExact: base.isExact } : {}),
    ...(isNamed && base.by !== undefined ? { baseBy: base.by } : {}),
  };
  return Object.keys(versions).length > 0 ? { versions } : {};
}

/** The read that has no place, and the calls that it denies. */
export function stuckAt({ victim, read }: Conflict): Pick<Finding, 'stuck'> {
  const writer = read.value === null || read.value.startsWith('seed.') ? [] : [read.value];
  return {
    stuck: {
      ...(read.operation ? { op: read.operation.id } : {}),
      from: read.begin,
      to: read.end,
      after: [...writer, ...(victim.mutation.operation ? [victim.mutation.id] : [])],
    },
  };
}
