import type { Finding } from '../core/verdict.js';
import type { FileEvent, ValueId } from '../history/events.js';
import type { Operation, Run } from '../history/run.js';

type Content = ReadonlyMap<string, ValueId>;

/** How far back an older copy is looked for. */
const versionsBack = 100;

/** The one step from content to content in which a write was erased. */
export interface Lineage {
  /** Numbers of the contents that a foreign reader saw before and after. */
  from: number;
  to: number;
  /** Keys that were there before and are not, or hold something else, but for those that a suspect changed. */
  erased: string[];
  /** The content which, with the first suspect's own change, gives the one after: what it had read, if it was the eraser. */
  base: number | undefined;
}

/**
 * A store in one file makes every commit a version, so what a foreign reader saw shows which version was made from which:
 * `v41 -> v42 removed k3, based on v40`. It may have missed some between.
 * @param blame with the two contents between which the victim went
 * @param suspects those of the blame, the most likely first
 */
export function findLineage(
  run: Run,
  { from, to }: NonNullable<Finding['blame']>,
  suspects: readonly Operation[],
): Lineage | undefined {
  const [first] = suspects;
  if (from === undefined || to === undefined || first?.key === undefined) return undefined;
  const own = new Set(suspects.map(({ key }) => key));
  const recent: { version: number; content: Content }[] = [];
  let content = new Map<string, ValueId>();
  for (const file of run.files) {
    if (file.broken !== null) continue;
    // Of those before them nothing is kept: a copy of each of a million would take minutes.
    if (file.version < to - versionsBack) {
      apply(content, file);
      continue;
    }
    const next = new Map(content);
    apply(next, file);
    if (file.version === to) {
      const erased = [...content].flatMap(([name, value]) =>
        !own.has(name) && next.get(name) !== value ? name : [],
      );
      const base = recent.findLast((older) => isSame(withChange(older.content, first), next));
      return { from, to, erased, base: base?.version };
    }
    content = next;
    recent.push({ version: file.version, content });
    if (recent.length > versionsBack) recent.shift();
  }
  return undefined;
}

/**
 * As certain as the blame: `v41 -> v42 by c7.0.3 (pid 7) undid "k3", based on v40`, or `v41 -> v42, by one of c7.0.3 (pid 7), c5.0.1
 * (pid 5), undid "k3", based on v40 if it was the first`.
 */
export function describeLineage(
  { from, to, erased, base }: Lineage,
  suspects: readonly Operation[],
  certain: boolean,
): string {
  const named = erased.slice(0, 3).map((key) => `"${key}"`);
  const more = erased.length > named.length ? ` and ${erased.length - named.length} more` : '';
  const by = suspects.map(({ id, process }) => `${id} (pid ${process})`).join(', ');
  const isOne = suspects.length === 1;
  const who = certain ? ` by ${by}` : isOne ? `, probably by ${by},` : `, by one of ${by},`;
  const origin = base === undefined ? '' : `, based on v${base}${isOne ? '' : ' if it was the first'}`;
  return `v${from} -> v${to}${who} undid ${named.join(', ')}${more}${origin}`;
}

function apply(content: Map<string, ValueId>, { set, removed }: FileEvent): void {
  for (const key of removed) content.delete(key);
  for (const [key, value] of Object.entries(set)) content.set(key, value);
}

/** What that operation would have written had it read this. */
function withChange(content: Content, { action, key = '', id }: Operation): Content {
  const next = new Map(content);
  if (action === 'remove') next.delete(key);
  else next.set(key, id);
  return next;
}

function isSame(a: Content, b: Content): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
