/**
 * What Clojure prints, as far as histories need it: nil, booleans, numbers, strings, characters, keywords, symbols, vectors,
 * lists, sets, and maps with any of these as keys. A tagged value loses its tag (`#jepsen.history.Op{...}` is a map), and
 * comments are passed over. A symbol, a character, a ratio and a number that a double can't hold are kept as their text.
 *
 * The libraries for it on npm take an unfinished or unbalanced value for a shorter one (`[1` for nothing, `(1 2]` for a list, `1 2` for 1).
 * A judge must know that it could not read.
 */
export type Edn = null | boolean | number | string | Keyword | Edn[] | Map<unknown, Edn>;

/** `:name`, an object of its own type so that it is no string. */
export class Keyword {
  constructor(readonly name: string) {}
}

const tokenPattern =
  /(?:[\s,]|;[^\n]*(?:\n|$))*(?:([[\](){}]|#\{)|"((?:\\.|[^\\"])*)"|(\\(?:[a-zA-Z0-9]+|.)|[^\s,;[\](){}"]+))/sy;
const blankPattern = /(?:[\s,]|;[^\n]*(?:\n|$))*/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };
const closing: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}', '#{': '}' };

/** @throws SyntaxError if the text is not one value */
export function parseEdn(text: string): Edn {
  const { value, rest } = parseFirstEdn(text);
  if (rest !== '') throw new SyntaxError('something follows the value');
  return value;
}

/**
 * @returns the value at the beginning of the text, and what follows it
 * @throws SyntaxError if there is none, or if it has no end
 */
export function parseFirstEdn(text: string): { value: Edn; rest: string } {
  const reader = new Reader(text);
  return { value: reader.value(), rest: reader.rest() };
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

  rest(): string {
    blankPattern.lastIndex = this.at;
    blankPattern.exec(this.text);
    return this.text.slice(blankPattern.lastIndex);
  }

  value(): Edn {
    const [, open, string, atom = ''] = this.token();
    if (string !== undefined) return textOf(string);
    if (open === undefined) {
      if (atom.startsWith('#_')) throw new SyntaxError('a value that is discarded by #_');
      return atom.startsWith('#') && !atom.startsWith('##') ? this.value() : atomOf(atom);
    }
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

function textOf(string: string): string {
  return string.replace(/\\u([0-9a-fA-F]{4})|\\(.)/gs, (_, code, letter) =>
    code === undefined ? (escapes[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function atomOf(atom: string): Edn {
  if (atom === 'nil') return null;
  if (atom === 'true' || atom === 'false') return atom === 'true';
  if (atom.startsWith(':')) {
    if (atom.length > 1) return new Keyword(atom.slice(1));
    throw new SyntaxError('a keyword without a name');
  }
  if (!/^[+-]?\d/.test(atom)) return atom;
  if (/^[+-]?\d+N?$/.test(atom)) {
    const number = Number(atom.replace('N', ''));
    // Rounded, two different values would be one.
    return Number.isSafeInteger(number) ? number : atom;
  }
  if (/^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?M?$/.test(atom)) return Number(atom.replace('M', ''));
  if (/^[+-]?\d+\/\d+$/.test(atom)) return atom;
  throw new SyntaxError(`${atom} is no number`);
}

function mapOf(items: readonly Edn[]): Map<unknown, Edn> {
  if (items.length % 2 !== 0) throw new SyntaxError('a map with a key that has no value');
  const map = new Map<unknown, Edn>();
  for (let index = 0; index < items.length; index += 2) map.set(items[index], items[index + 1] as Edn);
  return map;
}
