import type { Leaf } from '../leaves.js';

const section = /^\s*\[\s*([^\]"]*?)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]/;
const pair = /^\s*([^=#;[\s][^=]*?)\s*=\s*(.*?)\s*$/;

/**
 * Reads what git, pip, npm and many others write: `[section]`, `[section "part"]`, `name = text`. A line that is none of
 * these is passed over, because programs differ in what they allow there.
 */
export function parseIni(text: string): Leaf[] {
  let path: string[] = [];
  return text.split('\n').flatMap((line) => {
    const head = section.exec(line);
    if (head) {
      const [, name = '', within] = head;
      path = [name, ...(within === undefined ? [] : [within])];
      return [];
    }
    const [, name, value] = pair.exec(line) ?? [];
    return name === undefined || value === undefined
      ? []
      : [{ path: [...path, name], text: unquoted(value) }];
  });
}

/** Without the quotes around it, if there are any. */
export function unquoted(text: string): string {
  return (
    /^"(.*)"$|^'(.*)'$/s
      .exec(text)
      ?.slice(1)
      .find((inner) => inner !== undefined) ?? text
  );
}
