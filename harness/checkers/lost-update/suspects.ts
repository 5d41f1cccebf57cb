import type { ValueId } from '../../history/events.js';
import type { Operation } from '../../history/run.js';
import type { Looks } from './looks.js';
import type { OverlapSearch } from './overlaps.js';
import type { Mutation, Register } from './registers.js';

/** Something that was in the file, and must have been erased. */
export interface Loss {
  register: Register;
  victim: Mutation;
  /** What the key held when the victim was in effect. */
  value: ValueId | null;
  /** From when on it certainly was in effect. */
  since: number;
  /** By when a read had missed it. */
  until: number;
}

/** Between the last sight of the victim, by a look at the file or by a client, and the first that missed it. */
export interface Gap {
  from: number;
  to: number;
  /** The look that missed it; undefined if no look at the file did, but a client's read. */
  look: number | undefined;
  /** Another client had seen the victim. */
  wasSeen: boolean;
  /** The look before is the last sight of it. */
  isBetweenLooks: boolean;
  /** By when the victim had been missed, and what was there instead; undefined if by the loss's own read. */
  missed: { at: number; found: ValueId | null } | undefined;
  /** By when a later look had found it again. */
  backAt: number | undefined;
  /** The process that wrote the victim can't have read a copy without it later. */
  isOwnInnocent: boolean;
}

/** What speaks against a suspect, the strongest first. */
const evidences = [
  'it rewrote an older copy',
  'its value came',
  'its key went',
  'under way',
  'came late',
] as const;

export interface Suspect {
  eraser: Operation;
  evidence: (typeof evidences)[number];
}

/**
 * Who may have written in the gap, the most likely first: every change of another key that was under way in it. What had ended
 * before the gap has an alibi, and so has one whose value the look before had found already: it was written.
 *
 * What the later look found was written by one of them, so the change of at least one must be in it. One whose change is not in
 * it was overwritten by such a one from an older copy, which takes two erasers in one gap. That is the less likely, not impossible:
 *
 *     v3 {a}      x writes {x}      y writes {y}, from a copy older than both      v4 {y}
 *
 * @returns nothing if none of them accounts for what the look found: then others wrote as well
 */
export function suspectsOf(
  gap: Pick<Gap, 'from' | 'to' | 'look' | 'isOwnInnocent'>,
  loss: Loss,
  looks: Looks,
  underWay: OverlapSearch,
  isStaleRewrite: (operation: Operation) => boolean,
): Suspect[] {
  const { from, to, look } = gap;
  const candidates = underWay(from, to, (one) => isCandidate(one, gap, loss));
  if (look === undefined) return rank(candidates.map((eraser) => ({ eraser, evidence: 'under way' })));
  const visible = candidates.filter((one) => isVisible(one, look, looks));
  const [last] = underWay(from, to, (one) => isVisible(one, look, looks)).sort((a, b) => b.end - a.end);
  const others = candidates.filter(
    (one) => !visible.includes(one) && last !== undefined && one.begin <= last.end,
  );
  if (visible.length === 0) return [];
  const evidenceOf = (eraser: Operation): Suspect['evidence'] => {
    if (!visible.includes(eraser)) return 'under way';
    if (isStaleRewrite(eraser)) return 'it rewrote an older copy';
    // It had come before, and may have been written again.
    if (isVisible(eraser, look - 1, looks)) return 'under way';
    return eraser.action === 'remove' ? 'its key went' : 'its value came';
  };
  return rank([...visible, ...others].map((eraser) => ({ eraser, evidence: evidenceOf(eraser) })));

  function rank(suspects: Suspect[]): Suspect[] {
    const order = ({ eraser, evidence }: Suspect) => [
      evidences.indexOf(evidence),
      Number(eraser.begin > loss.since),
      Number(eraser.client === loss.victim.operation?.client),
      eraser.begin,
    ];
    return suspects.sort((a, b) => inOrder(order(a), order(b)));
  }
}

function isCandidate(
  one: Operation,
  { isOwnInnocent }: Pick<Gap, 'isOwnInnocent'>,
  { register, victim }: Loss,
): boolean {
  if (one.key === register.key || one.id === victim.operation?.id) return false;
  if (isOwnInnocent && one.process === victim.operation?.process && one.begin >= victim.end) return false;
  return true;
}

/** Its own change is in what a look found. */
export function isVisible({ id, key = '', action }: Operation, look: number, looks: Looks): boolean {
  return looks.at(key, look) === (action === 'remove' ? null : id);
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  for (const [index, number] of a.entries()) {
    const difference = number - (b[index] ?? number);
    if (difference !== 0) return difference;
  }
  return 0;
}
