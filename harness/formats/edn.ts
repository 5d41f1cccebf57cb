/**
 * What Clojure prints, as far as histories need it: nil, booleans, numbers, strings, keywords (`:ok`, as that very text),
 * symbols, vectors and lists, maps with any of these as keys. Tagged values lose their tags.
 */
export type Edn = null | boolean | number | string | Keyword | Edn[] | Map<unknown, Edn>;

/** `:name`, told from a string by being one of these. */
export class Keyword {
  constructor(readonly name: string) {}
}

const tokenPattern = /[\s,]*(?:([[\](){}]|#\{)|"((?:\\.|[^\\"])*)"|([^\s,[\](){}"]+))/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\' };
const closing: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}', '#{': '}' };

/** @throws SyntaxError if the text is not one value */
export function parseEdn(text: string): Edn {
  const reader = new Reader(text);
  const value = reader.value();
  if (!reader.isAtEnd()) throw new SyntaxError('something follows the value');
  return value;
}

/** What a map holds at a keyword. */
export function entry(map: Edn, name: string): Edn | undefined {
  if (!(map instanceof Map)) return undefined;
  for (const [key, value] of map) if (key instanceof Keyword && key.name === name) return value;
  return undefined;
}

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  isAtEnd(): boolean {
    return /^[\s,]*$/.test(this.text.slice(this.at));
  }

  value(): Edn {
    const [, open, string, atom = ''] = this.token();
    if (string !== undefined) return string.replace(/\\(.)/g, (_, letter) => escapes[letter] ?? letter);
    if (open === undefined) return atom.startsWith('#') ? this.value() : atomOf(atom);
    const end = closing[open];
    if (end === undefined) throw new SyntaxError(`an unexpected ${open}`);
    const items: Edn[] = [];
    while (!this.skip(end)) items.push(this.value());
    return open === '{' ? mapOf(items) : items;
  }

  private skip(bracket: string): boolean {
    const before = this.at;
    if (this.token()[1] === bracket) return true;
    this.at = before;
    return false;
  }

  private token(): RegExpExecArray {
    tokenPattern.lastIndex = this.at;
    const found = tokenPattern.exec(this.text);
    if (!found) throw new SyntaxError('the value has no end');
    this.at = tokenPattern.lastIndex;
    return found;
  }
}

function atomOf(atom: string): Edn {
  if (atom === 'nil') return null;
  if (atom === 'true' || atom === 'false') return atom === 'true';
  if (atom.startsWith(':')) return new Keyword(atom.slice(1));
  return /^[+-]?\d/.test(atom) ? Number(atom.replace(/[NM]$/, '')) : atom;
}

function mapOf(items: readonly Edn[]): Map<unknown, Edn> {
  const map = new Map<unknown, Edn>();
  for (let index = 0; index + 1 < items.length; index += 2) map.set(items[index], items[index + 1] as Edn);
  return map;
}
