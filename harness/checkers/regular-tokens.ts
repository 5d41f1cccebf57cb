import type { Operation, Run } from '../history/run.js';

/**
 * A store of tokens may promise a regular register (Lamport 1986) in place of an atomic one: while a deletion is under way, one process
 * may refuse the token and another one still accept it, and once it has returned all refuse. A refusal during a deletion then says
 * nothing about the others, and is left out; not so where the same process accepts the token again later.
 *
 *     A deletes t, and waits for C | B, which has heard of it, refuses t | C accepts t | C has heard of it | A's deletion returns
 */
export function withoutEarlyRefusals(run: Run): { run: Run; leftOut: number } {
  if (!run.header.regularTokens) return { run, leftOut: 0 };
  const deletions = new Map<string, Operation[]>();
  /** By process and token: when it was accepted last. */
  const acceptedAt = new Map<string, number>();
  for (const operation of run.operations) {
    const { action, key, outcome, result, begin } = operation;
    if (key === undefined) continue;
    if (action === 'remove' && outcome !== 'fail')
      deletions.set(key, [...(deletions.get(key) ?? []), operation]);
    const reader = readerOf(operation);
    if (action === 'get' && outcome === 'ok' && result !== null)
      acceptedAt.set(reader, Math.max(begin, acceptedAt.get(reader) ?? 0));
  }
  const isEarlyRefusal = (operation: Operation) => {
    const { action, key, outcome, result, begin, end } = operation;
    if (action !== 'get' || key === undefined || outcome !== 'ok' || result !== null) return false;
    if ((acceptedAt.get(readerOf(operation)) ?? 0) > end) return false;
    return deletions.get(key)?.some((other) => other.begin <= end && other.end >= begin) === true;
  };
  const operations = run.operations.filter((operation) => !isEarlyRefusal(operation));
  const leftOut = run.operations.length - operations.length;
  return leftOut === 0 ? { run, leftOut } : { run: { ...run, operations }, leftOut };
}

function readerOf({ process, key }: Operation): string {
  return `${process} ${key}`;
}
