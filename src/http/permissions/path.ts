/** A request target, and every way in which a router could read it. */
export interface Path {
  /** As it came, without authority, query and fragment: `/auth/a%2Fb`. */
  raw: string;
  /** The `host:1` of a target in absolute form, `http://host:1/path`. */
  authority: string | undefined;
  /** As it came, without the question mark. */
  query: string;
  /** In RFC 3986's normal form, so that no router has a reason to change it before it chooses a handler. */
  isCanonical: boolean;
  /** In lower case, the words of the path under every reading together. */
  words: ReadonlySet<string>;
  /** In lower case; undefined where the path has more than one reading. */
  segments: readonly string[] | undefined;
}

/** Letters, digits and the marks that no router gives a meaning; a slash at the end is none either. */
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[\w~.-]+)*\/?$/;

/**
 * Escapes only where they are needed, in upper case, and of nothing that steers: no control character, no backslash, no
 * escape of an escape. No empty segment, no dot segment, no parameters.
 */
const canonicalPath =
  /^(?:\/(?!\.{1,2}(?:\/|$))(?:[\w~.!$&'()*+,=:@-]|%(?!2[DE]|3\d|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AEF]|[01]|5C|25[\dA-Fa-f]{2})[\dA-F]{2})+)*\/?$/;

/** Printable ASCII: anything else in a target is read differently by every server that lets it through. */
const printable = /^[\x21-\x7e]*$/;

const decodings = 4;

/**
 * Reads a request target as it came, without normalising it: two that normalise differently are how a guard is bypassed
 * (CVE-2026-22031, CVE-2026-33808, CVE-2026-29045 in Fastify and Hono; and `new URL('//pty', base)` has the path `/`).
 *
 * @param target `/path?query` or `http://host/path?query`; undefined for every other form (`*`, `host:443`, `path`)
 */
export function readPath(target: string): Path | undefined {
  const [, authority, rest = ''] = /^(?:[a-z][a-z\d+.-]*:\/\/([^/\\?#]*))?(.*)$/is.exec(target) ?? [];
  if (!/^[/\\]/.test(rest)) return undefined;
  const [, raw = '', query = ''] = /^([^?#]*)(?:[?#](.*))?$/s.exec(rest) ?? [];
  // No client sends a fragment. Some servers cut there, and others go on to the question mark: `/free#/../pty`.
  const end = rest.indexOf('?');
  const whole = end < 0 ? rest : rest.slice(0, end);
  if (plainPath.test(whole)) {
    const segments = raw.toLowerCase().split('/').filter(Boolean);
    const words = new Set(whole.includes('.') ? segments.flatMap(wordsOf) : segments);
    return { raw, authority, query, segments, words, isCanonical: isClean(target, authority) };
  }
  const isCanonical = canonicalPath.test(whole) && isText(whole) && isClean(target, authority);
  return { raw, authority, query, segments: undefined, words: allWords(whole), isCanonical };
}

/**
 * A segment as it stands; without the dots at its end, which some file systems drop; and what lies between its dots: Connect's
 * `app.use('/pty', handler)` answers `/pty.json`, and so does Express's `/pty{.:format}`.
 */
function wordsOf(segment: string): string[] {
  if (!segment.includes('.')) return [segment];
  return [segment, segment.replace(/\.+$/, ''), ...segment.split('.').filter(Boolean)];
}

function isClean(target: string, authority: string | undefined): boolean {
  return authority === undefined && printable.test(target) && !target.includes('#');
}

/**
 * Every word between separators of any router or proxy, in the path and in its form after each decoding. That is more than any
 * single router sees, on purpose.
 */
function allWords(raw: string): Set<string> {
  const words = new Set<string>();
  const add = (word: string) => void words.add(word);
  for (let text = raw, n = 0; n <= decodings; n++) {
    // Letters of another width, and the long s, are the plain ones to a server that folds them.
    const folded = text.normalize('NFKC').toLowerCase();
    // A character that is not shown ends a word to one reader, and is dropped by the next.
    for (const reading of [folded, folded.replace(/[\p{Cc}\p{Cf}\s]/gu, '')]) {
      // With dots and tildes as they stand, too, or a policy would miss the `a.b` that it finds in a plain path.
      for (const segment of reading.split(/[^\w~.-]+/)) if (segment !== '') wordsOf(segment).forEach(add);
      for (const word of reading.split(/[^a-z\d_-]+/)) if (word !== '') add(word);
    }
    const decoded = decode(text);
    if (decoded === text) break;
    text = decoded;
  }
  return words;
}

/** As far as it goes: what is no escape stays as it is. */
function decode(text: string): string {
  return text
    .replace(/%u00([\da-f]{2})/gi, '%$1')
    .replace(/(?:%[\da-f]{2})+/gi, (escapes) =>
      Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
    );
}

function isText(raw: string): boolean {
  try {
    decodeURIComponent(raw);
    return true;
  } catch {
    // Escapes that are not UTF-8: each server makes something else of them.
    return false;
  }
}
