/** What a placeholder stands for: `{file}`, `{key}`, `{value}`, `{home}`, `{port}`, `{dir}`. */
export interface Words {
  /** The path of the program's file. */
  file: string;
  /** The program's own home. */
  home: string;
  /** Where the specification is from. */
  dir: string;
  key?: string;
  value?: string;
  /** Set for a server. */
  port?: string;
}

const placeholder = /\{(file|key|value|home|port|dir)\}/g;

/**
 * Splits a command into words as a shell does, and does nothing else that a shell does: blanks separate, `'...'` and
 * `"..."` keep them, a backslash outside of `'...'` keeps the next character.
 * @throws SyntaxError where a quote is not closed
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const one = text.charAt(at);
    if (one === '\\' && quote !== "'" && at + 1 < text.length) {
      const next = text.charAt(++at);
      // Within double quotes it keeps what would end or change them, and else it stands for itself.
      word = (word ?? '') + (quote === '"' && !/["\\$`]/.test(next) ? one : '') + next;
    } else if (quote !== undefined) {
      if (one === quote) quote = undefined;
      else word = (word ?? '') + one;
    } else if (one === "'" || one === '"') {
      quote = one;
      word ??= '';
    } else if (/\s/.test(one)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + one;
    }
  }
  if (quote !== undefined) throw new SyntaxError(`a ${quote} is not closed`);
  return word === undefined ? words : [...words, word];
}

/**
 * Fills in placeholders; what stands for one is never looked at again.
 * @param encode of what is filled in, where the text is of a kind in which not everything may stand
 */
export function fill(
  text: string,
  words: Words,
  encode: (value: string) => string = (value) => value,
): string {
  return text.replace(placeholder, (whole, name: keyof Words) => {
    const value = words[name];
    return value === undefined ? whole : encode(value);
  });
}

/** True if a text has that placeholder, or a shell's variable of the same name. */
export function asksFor(text: string, name: keyof Words): boolean {
  return text.includes(`{${name}}`) || new RegExp(`\\$\\{?${name.toUpperCase()}\\b`).test(text);
}

/** What a command of `--shell` finds in its environment instead of placeholders. */
export function shellVariables(words: Words): Record<string, string> {
  const { file, key, value, port, dir } = words;
  const all = { FILE: file, KEY: key, VALUE: value, PORT: port, DIR: dir };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
}
