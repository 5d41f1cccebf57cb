/** A part of a text in YAML. */
export interface Node {
  text: string;
  /** Of its first line that is no comment. */
  indent: number;
  /** `map`, `list`: a key alone, whose entries follow. `value`: a key, or an item, with all of it. `rest`: what is above the first. */
  kind: 'map' | 'list' | 'value' | 'rest';
}

interface Place {
  node?: Node;
  below: Map<string, Place>;
}

/** What is below a key stands below it, what is new at the end of its map, and as deep as its neighbours. */
export function textOfTree(entries: Iterable<[path: string[], node: Node]>): string {
  const root: Place = { below: new Map() };
  for (const [path, node] of entries) {
    let place = root;
    for (const step of path) {
      const next = place.below.get(step) ?? { below: new Map() };
      place.below.set(step, next);
      place = next;
    }
    place.node = node;
  }
  return (root.node?.text ?? '') + below(root, -2);
}

function below(place: Place, indentAbove: number): string {
  const places = [...place.below];
  const known = places.find(([, { node }]) => node)?.[1].node?.indent;
  const indent = known === undefined || known <= indentAbove ? indentAbove + 2 : known;
  return places.map(([step, one]) => textAt(step, one, indent)).join('');
}

function textAt(step: string, place: Place, indent: number): string {
  const { node } = place;
  if (place.below.size === 0) {
    const text = node ? shifted(node, indent) : '';
    // All that was below it is gone.
    if (node?.kind === 'map') return text.replace(/:[ \t]*(#[^\n]*)?\n\s*$/, ': {}\n');
    if (node?.kind === 'list') return text.replace(/:[ \t]*(#[^\n]*)?\n\s*$/, ': []\n');
    return text;
  }
  // One program has removed it, or given it a value, and another one has put something below it.
  const isHead = node?.kind === 'map' || node?.kind === 'list';
  const head = node && isHead ? shifted(node, indent) : `${' '.repeat(indent)}${step}:\n`;
  // The items of a list may stand as far to the left as its key.
  const isList = [...place.below.keys()].every((key) => key.startsWith('['));
  return head + below(place, isList ? indent - 1 : indent);
}

function shifted({ text, indent }: Node, wanted: number): string {
  if (indent === wanted) return text;
  return text
    .split('\n')
    .map((line) => {
      if (line.trim() === '') return line;
      const own = line.length - line.trimStart().length;
      return ' '.repeat(Math.max(0, own + wanted - indent)) + line.trimStart();
    })
    .join('\n');
}
