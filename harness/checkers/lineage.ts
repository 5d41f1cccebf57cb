import type { FileEvent, ValueId } from '../core/history.js';
import type { Operation, Run } from '../core/run.js';

type Content = ReadonlyMap<string, ValueId>;

/** How far back an older copy is looked for. */
const versionsBack = 100;

/** The one step from content to content in which a write was erased. */
export interface Lineage {
  /** Numbers of the contents that a foreign reader saw before and after. */
  from: number;
  to: number;
  /** Keys that were there before and are not, or hold something older, but for the eraser's own. */
  erased: string[];
  /** The content which, with the eraser's own change, gives the one after: what it had read. Undefined if that was not seen. */
  base: number | undefined;
}

/**
 * A store in one file makes every commit a version, so what a foreign reader saw tells which version was made from which:
 * `v41 -> v42 removed k3, based on v40`. It may have missed some between.
 * @param victim a write that was in the file and went
 * @param eraser who is blamed for it
 */
export function findLineage(run: Run, victim: Operation, eraser: Operation): Lineage | undefined {
  const files = run.files.filter(({ broken }) => broken === null);
  const { key } = victim;
  if (key === undefined || eraser.key === undefined) return undefined;
  const recent: { version: number; content: Content }[] = [];
  let content: Content = new Map();
  for (const file of files) {
    const next = after(content, file);
    const isErased = content.get(key) === victim.id && next.get(key) !== victim.id;
    if (isErased && file.until >= eraser.begin) {
      const own = eraser.key;
      const erased = [...content].flatMap(([name, value]) =>
        name !== own && next.get(name) !== value ? name : [],
      );
      const base = recent.findLast((older) => isSame(withChange(older.content, eraser), next));
      return { from: recent.at(-1)?.version ?? 0, to: file.version, erased, base: base?.version };
    }
    content = next;
    recent.push({ version: file.version, content });
    if (recent.length > versionsBack) recent.shift();
  }
  return undefined;
}

/** `v41 -> v42 by c7.0.3 removed "k3", based on v40`. */
export function describeLineage({ from, to, erased, base }: Lineage, eraser: Operation): string {
  const named = erased.slice(0, 3).map((key) => `"${key}"`);
  const more = erased.length > named.length ? ` and ${erased.length - named.length} more` : '';
  const origin = base === undefined ? '' : `, based on v${base}`;
  return `v${from} -> v${to} by ${eraser.id} (pid ${eraser.process}) undid ${named.join(', ')}${more}${origin}`;
}

function after(content: Content, { set, removed }: FileEvent): Content {
  const next = new Map(content);
  for (const key of removed) next.delete(key);
  for (const [key, value] of Object.entries(set)) next.set(key, value);
  return next;
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
