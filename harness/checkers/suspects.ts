import type { FileEvent, ValueId } from '../core/history.js';
import type { Operation } from '../core/run.js';
import type { OverlapSearch } from './overlaps.js';
import type { Mutation, Register } from './registers.js';

/** Something that was in the file, and must have been erased. */
export interface Loss {
  register: Pick<Register, 'key' | 'writes' | 'removals'>;
  victim: Mutation;
  /** What the key held when the victim was in effect. */
  value: ValueId | null;
  /** From when on it certainly was in effect. */
  since: number;
}

/** What speaks against a suspect, the strongest first. A key that is gone may just be one more that was erased. */
const evidences = ['it rewrote an older copy', 'its value came', 'its key went', 'under way'] as const;

export interface Suspect {
  eraser: Operation;
  evidence: (typeof evidences)[number];
}

/**
 * Who could have written that content, the most likely first: who began when older copies could still be read;
 * against whom more evidence speaks; other clients; and the earliest, who had the oldest copy.
 */
export function suspectsOf(
  version: FileEvent,
  loss: Loss,
  byId: ReadonlyMap<string, Operation>,
  underWay: OverlapSearch,
  isStaleRewrite: (operation: Operation) => boolean,
): Suspect[] {
  const { register, victim, since } = loss;
  const evidence = new Map<Operation, Suspect['evidence']>();
  for (const operation of underWay(version.time, version.until, (one) => isBystander(one, loss))) {
    evidence.set(operation, 'under way');
  }
  const removed = new Set<string | undefined>(version.removed);
  const isRemover = ({ action, key }: Operation) =>
    action === 'remove' && key !== register.key && removed.has(key);
  for (const operation of underWay(victim.begin, version.until, isRemover)) {
    evidence.set(operation, 'its key went');
  }
  for (const [key, value] of Object.entries(version.set)) {
    const setter = byId.get(value);
    if (!setter || key === register.key || setter.begin > version.until || setter.end < victim.begin)
      continue;
    evidence.set(setter, 'its value came');
  }
  for (const rewriter of underWay(since, version.until, isStaleRewrite)) {
    evidence.set(rewriter, 'it rewrote an older copy');
  }
  const rank = ({ eraser, evidence }: Suspect) => [
    Number(eraser.begin > since),
    evidences.indexOf(evidence),
    Number(eraser.client === victim.operation?.client),
    eraser.begin,
  ];
  return [...evidence]
    .map(([eraser, evidence]) => ({ eraser, evidence }))
    .sort((a, b) => inOrder(rank(a), rank(b)));
}

/** True if it is another client's change of another key. */
export function isBystander({ key, client }: Operation, { register, victim }: Loss): boolean {
  return key !== register.key && client !== victim.operation?.client;
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  for (const [index, number] of a.entries()) {
    const difference = number - (b[index] ?? number);
    if (difference !== 0) return difference;
  }
  return 0;
}
