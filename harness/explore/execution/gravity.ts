/** Kinds of failures by what they cost, the worst first. One that is not named is a side finding. */
const grades: readonly (readonly string[])[] = [
  // Lost, or given away.
  [
    ...['lost-update', 'lost-seed', 'dropped-unknown', 'token-reused', 'logged-out'],
    ...['followed-link', 'disclosed'],
  ],
  // There again, or never there.
  ['resurrection', 'garbage-read', 'stale-read', 'contradiction'],
  // Unreadable.
  ['torn-read', 'torn-file'],
  // No end in sight.
  ['deadlock', 'livelock', 'stuck', 'hung', 'starved', 'crashed'],
  // Open to others.
  ['loose-mode', 'replaced-link'],
];

/** @returns 0 for the worst */
export function gradeOf(kind: string): number {
  const grade = grades.findIndex((kinds) => kinds.includes(kind));
  return grade < 0 ? grades.length : grade;
}

export function byGrade(a: { kind: string }, b: { kind: string }): number {
  return gradeOf(a.kind) - gradeOf(b.kind);
}

/** When a search that ends with what it finds has found enough. */
export class Enough {
  private grade = Number.POSITIVE_INFINITY;
  private foundAt = 0;

  /** @param pastSideFindings after so many executions in which nothing worse was found, a side finding is enough */
  constructor(private readonly pastSideFindings: number) {}

  /** @param execution its number */
  found(kind: string, execution: number): void {
    // Each of these takes as long as our patience: it is not met again and again.
    const grade = kind === 'stuck' ? 0 : gradeOf(kind);
    if (grade >= this.grade) return;
    this.grade = grade;
    this.foundAt = execution;
  }

  isReached(executions: number): boolean {
    if (this.grade === 0) return true;
    return Number.isFinite(this.grade) && executions - this.foundAt >= this.pastSideFindings;
  }
}
