import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap, type Document as Yaml } from 'yaml';
import type { Document } from '../store/document/document.js';
import type { DocumentFormat } from '../store/document/format.js';
import { unmergeable } from './unmergeable.js';
import { type Node, textOfTree } from './yaml-tree.js';

/** A key, or the value of `name` of an item of a list. */
type Step = string | [name: string];

/** Where an entry begins in the text, with the comments above it. It ends where the next one begins. */
interface Piece {
  path: readonly Step[];
  at: number;
  indent: number;
  kind: Node['kind'];
}

/**
 * YAML of which each key of a map within maps is an entry, and so is each item of a list whose items have names: those of a kubeconfig.
 * An entry has its lines as they are, and the comments above them.
 */
export const yamlFormat: DocumentFormat = {
  name: 'yaml',
  parse,
  serialize,
  isSame: (a, b) => {
    const [one, other] = [a, b].map((raw) => JSON.parse(raw) as Node);
    if (one === undefined || other === undefined || one.kind !== other.kind) return false;
    return isDeepStrictEqual(parsedOf(one), parsedOf(other));
  },
};

function parse(bytes: Uint8Array): Document | undefined {
  const text = textOf(bytes);
  const yaml = text === undefined ? undefined : wholeOf(text);
  if (text === undefined || !yaml) return undefined;
  const pieces: Piece[] = [{ path: [], at: 0, indent: 0, kind: 'rest' }];
  collect(yaml, text, pieces);
  const entries = new Map<string, string>();
  for (const [index, { path, at, indent, kind }] of pieces.entries()) {
    const own = text.slice(at, pieces[index + 1]?.at ?? text.length);
    if (own !== '')
      entries.set(JSON.stringify(path), JSON.stringify({ text: own, indent, kind } satisfies Node));
  }
  return entries;
}

/** @throws StoreError where two changes do not make a text together, such as an anchor and the removal of what it names */
function serialize(document: Document): Buffer {
  const text = textOfTree(
    [...document].map(([id, raw]) => [
      (JSON.parse(id) as Step[]).map((step) => JSON.stringify(step)),
      JSON.parse(raw) as Node,
    ]),
  );
  if (!wholeOf(text)) throw unmergeable('YAML');
  return Buffer.from(text);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // The last entry may not be the last any more.
    return text === '' || text.endsWith('\n') ? text : `${text}\n`;
  } catch {
    return undefined;
  }
}

/** Undefined for what is no map: there is nothing to merge. An error would quote the text. */
function wholeOf(text: string): Yaml.Parsed | undefined {
  const yaml = parseDocument(text, { logLevel: 'silent' });
  if (yaml.errors.length > 0 || (yaml.contents !== null && !isMap(yaml.contents))) return undefined;
  try {
    // What it names may not be there.
    yaml.toJS();
    return yaml as Yaml.Parsed;
  } catch {
    return undefined;
  }
}

function collect(yaml: Yaml.Parsed, text: string, pieces: Piece[]): void {
  let end = 0;
  const add = (path: readonly Step[], start: number, kind: Node['kind']) => {
    const line = text.lastIndexOf('\n', start - 1) + 1;
    pieces.push({ path, at: withComments(text, line, end), indent: start - line, kind });
    end = start;
  };
  const addMap = (map: YAMLMap, above: readonly Step[]) => {
    for (const pair of map.items) {
      const start = rangeOf(pair.key)?.[0] ?? 0;
      const path = [...above, keyOf(pair)];
      const list = namesIn(pair.value);
      if (isMap(pair.value) && isBlock(pair.value, text)) {
        add(path, start, 'map');
        addMap(pair.value, path);
      } else if (list && isSeq(pair.value)) {
        add(path, start, 'list');
        for (const [index, item] of pair.value.items.entries()) {
          add([...path, [list[index] ?? '']], text.lastIndexOf('-', rangeOf(item)?.[0]), 'value');
          end = rangeOf(item)?.[1] ?? end;
        }
      } else {
        add(path, start, 'value');
        end = rangeOf(pair.value)?.[1] ?? end;
      }
    }
  };
  if (isMap(yaml.contents) && isBlock(yaml.contents, text)) addMap(yaml.contents, []);
}

/** Each key on a line of its own, and nothing that another place of the text names. */
function isBlock(map: YAMLMap, text: string): boolean {
  if (map.flow || map.anchor || map.tag || map.items.length === 0) return false;
  const keys = map.items.map(keyOf);
  return (
    map.items.every(({ key }) => {
      const start = isScalar(key) && !key.anchor ? rangeOf(key)?.[0] : undefined;
      return (
        start !== undefined && /(^|\n) *$/.test(text.slice(text.lastIndexOf('\n', start - 1) + 1, start))
      );
    }) && new Set(keys).size === keys.length
  );
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

/** The names of the items of a list, if each has one of its own. */
function namesIn(value: unknown): string[] | undefined {
  if (!isSeq(value) || value.flow || value.anchor || value.tag || value.items.length === 0) return undefined;
  const names = value.items.flatMap((item) => {
    const name = isMap(item) && !item.flow && !item.anchor && !item.tag ? item.get('name') : undefined;
    return typeof name === 'string' ? [name] : [];
  });
  return names.length === value.items.length && new Set(names).size === names.length ? names : undefined;
}

function rangeOf(node: unknown): readonly number[] | undefined {
  return (node as { range?: readonly number[] } | null)?.range;
}

/** Lines right above that are empty or comments belong to what follows. */
function withComments(text: string, line: number, end: number): number {
  let at = line;
  while (at > end) {
    // From -1 on, a line feed at the very beginning would be found, for ever.
    const above = at < 2 ? 0 : text.lastIndexOf('\n', at - 2) + 1;
    if (above < end || !/^\s*(#.*)?$/.test(text.slice(above, at - 1))) break;
    at = above;
  }
  return at;
}

/** What a reader finds of it. Of a map or a list, whose entries count for themselves, nothing but its key. */
function parsedOf({ text, indent, kind }: Node): unknown {
  const own = text
    .split('\n')
    .map((line) => line.slice(Math.min(indent, line.length - line.trimStart().length)));
  // Two numbers of many digits are no more the same once they are rounded.
  const yaml = parseDocument(own.join('\n'), { logLevel: 'silent', intAsBigInt: true });
  try {
    return kind === 'rest' || yaml.errors.length > 0 ? text.trim() : yaml.toJS();
  } catch {
    // It names what stands in another entry.
    return text.trim();
  }
}
