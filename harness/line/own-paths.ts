import path from 'node:path';

/** What stands where a key, or an encoding of one, stood. */
const wildcards = String.raw`[\w%+=~-]+`;

/** What differs from run to run in a name. @param special the alternatives of these names, before all others */
const tokens = (special: string) =>
  new RegExp(
    [
      special,
      '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}',
      '[0-9a-f]{16,}',
      String.raw`(?=[A-Za-z]*\d)[0-9A-Za-z]{6,}`,
      String.raw`\d+`,
    ].join('|'),
    'g',
  );

/**
 * Learns what a store that was alone in a process leaves beside its file: that is its own, and no litter. Names differ from run
 * to run in their numbers, and in the keys that they are made of, so they become patterns. In these `{file}` and `{stem}` stand for
 * the file's name, whatever that is in another run: `auth.json`, `auth`.
 * @param paths relative to the file's directory
 * @param base the name of the file
 * @param keys those that were set meanwhile
 * @returns patterns, for `ownPaths`
 */
export function ownPatterns(paths: readonly string[], base: string, keys: readonly string[]): string[] {
  const { name: stem } = path.parse(base);
  const names = keys.flatMap((key) => [key, ...encodings(key)]);
  const special = [base, ...names, String.raw`\b${escaped(stem)}\b`];
  const token = tokens(special.map((word, n) => (n === special.length - 1 ? word : escaped(word))).join('|'));
  const patterns = paths.map((one) => {
    let pattern = '';
    let end = 0;
    for (const match of one.matchAll(token)) {
      pattern += escaped(one.slice(end, match.index)) + wildcardFor(match[0]);
      end = match.index + match[0].length;
    }
    const rest = escaped(one.slice(end));
    // The hash of another content that has the name already gets a number: `corrupt-0011223344556677-2`.
    return rest === '' && pattern.endsWith('}') && /[0-9a-f]{16}$/.test(one)
      ? String.raw`${pattern}(?:-\d+)?`
      : pattern + rest;
  });
  return [...new Set(patterns)].sort();

  function wildcardFor(found: string): string {
    if (found === base) return '{file}';
    if (found === stem) return '{stem}';
    if (names.includes(found)) return wildcards;
    if (/^[0-9a-f]{16,}$/.test(found)) return `[0-9a-f]{${found.length}}`;
    if (found.includes('-')) return '[0-9a-f-]{36}';
    return /^\d+$/.test(found) ? String.raw`\d+` : '[0-9A-Za-z]+';
  }
}

/**
 * @param base the name of the file, in the run that is looked at
 * @param patterns those of `ownPatterns`
 * @returns a test of paths, relative to the file's directory
 */
export function ownPaths(base: string, patterns: readonly string[]): (one: string) => boolean {
  const { name: stem } = path.parse(base);
  const compiled = patterns.map((pattern) => {
    const named = pattern.replaceAll('{file}', () => escaped(base)).replaceAll('{stem}', () => escaped(stem));
    return new RegExp(`^${named}$`);
  });
  return (one) => compiled.some((pattern) => pattern.test(one));
}

function encodings(key: string): string[] {
  const bytes = Buffer.from(key);
  return [
    encodeURIComponent(key),
    ...(['base64', 'base64url', 'hex'] as const).map((as) => bytes.toString(as)),
  ];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
