import { type Document, parseDocument } from '../store/document/document.js';
import type { DocumentFormat } from '../store/document/format.js';

interface Node {
  /** Of a value that is no object, or an empty one, or that lies at the last level. */
  raw?: string;
  below: Map<string, Node>;
}

/**
 * JSON of which objects within objects are merged, too: an entry is a path of so many keys at most, as a list in JSON. `json:2` keeps
 * apart what two programs set below `auths`.
 */
export function nestedJson(levels: number): DocumentFormat {
  return {
    name: `json:${levels}`,
    parse: (bytes) => {
      const document = parseDocument(bytes);
      return document && new Map(flat(document, [], levels));
    },
    serialize: (document) => Buffer.from(textOf(treeOf(document), '')),
  };
}

function* flat(document: Document, above: readonly string[], levels: number): Generator<[string, string]> {
  for (const [key, raw] of document) {
    const path = [...above, key];
    const inner = levels > 1 && raw.startsWith('{') ? parseDocument(Buffer.from(raw)) : undefined;
    if (inner && inner.size > 0) yield* flat(inner, path, levels - 1);
    else yield [JSON.stringify(path), raw];
  }
}

function treeOf(document: Document): Node {
  const root: Node = { below: new Map() };
  for (const [id, raw] of document) {
    let node = root;
    for (const key of JSON.parse(id) as string[]) {
      const next = node.below.get(key) ?? { below: new Map() };
      node.below.set(key, next);
      node = next;
    }
    node.raw = raw;
  }
  return root;
}

/** Where one program has emptied an object, and another one has put something into it, that is there. */
function textOf({ raw, below }: Node, indent: string): string {
  if (below.size === 0) return raw ?? '{}';
  const inner = `${indent}  `;
  const lines = [...below].map(([key, node]) => `${inner}${JSON.stringify(key)}: ${textOf(node, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
