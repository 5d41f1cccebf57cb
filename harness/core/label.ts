/** `kill-9 on hardened`, and which run of it, where there are several. */
export function labelOf(run: { scenario: string; target: string; repetition?: number }): string {
  return `${run.scenario} on ${run.target}${suffixOf(run)}`;
}

/** `, run 3`: nothing for the first, which most runs are. */
export function suffixOf({ repetition = 1 }: { repetition?: number }): string {
  return repetition === 1 ? '' : `, run ${repetition}`;
}
