import type { Cursor, Fault, FaultKind, Range } from './cursor.js';
import type { FoundEntry } from './read.js';
import { decodePiece, hasBracketTooMany, indentOf, isOfFirstLevel, lastBefore } from './text.js';
import { readValue, type Value } from './value.js';

interface Member extends Range {
  key: string;
  value: Value;
}

/**
 * Reads the entries of all objects in a text, one after another. Up to the first damage the brackets show the level. Behind it
 * they show nothing: one missing bracket or quote turns the field of an entry into an entry. So the rest is believed only from
 * an object with a "type" on, and only if its position proves its level:
 *
 * - it begins a line, with the indentation of the entries before the damage; or
 * - it does not begin a line, and everything from there to the end of the object, which is the end of the text, is valid.
 */
export class Members {
  readonly entries: FoundEntry[] = [];
  readonly faults: Fault[] = [];
  /** The ranges that were understood, punctuation included. */
  readonly claims: Range[] = [];
  readonly #cursor: Cursor;
  /** Those that look like a credential. */
  readonly #typed = new Set<FoundEntry>();
  /** The indentation of the keys that begin a line, where the level is known. */
  #indent: string | undefined;
  /** The offset from which on no entry could be found. */
  #lost: number | undefined;
  #objectsBefore = -1;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  get comments(): readonly Range[] {
    return this.#cursor.comments;
  }

  readAll(): void {
    const cursor = this.#cursor.seek(0);
    let isClosed = false;
    for (;;) {
      // What the zeros replaced is unknown: the bracket behind them may be of any level.
      if (this.#passZeros()) isClosed = false;
      if (cursor.token === 'end') break;
      const isFirst = this.faults.length === 0 && (cursor.comments.length === 0 || isOfFirstLevel(cursor));
      if (cursor.token === '{' && (isFirst || isClosed || this.#isWhole())) {
        if (this.claims.length > 0) this.#fault('a second object', cursor.from);
        isClosed = this.#readObject();
      } else {
        this.#fault(
          cursor.error ?? (isClosed ? 'text after the end of the object' : 'no object'),
          cursor.from,
        );
        isClosed = this.#resume(cursor.from) && this.#readMembers();
      }
      if (!isClosed && !this.#seekObject()) break;
    }
    if (this.claims.length === 0) this.#fault('no object', 0);
    for (const { from } of cursor.comments) this.#fault('a comment', from);
  }

  /** Reads from the opening bracket on, as `#readMembers` does. */
  #readObject(): boolean {
    const cursor = this.#cursor;
    const { from } = cursor;
    const [claims, entries] = [this.claims.length, this.entries.length];
    this.#claim(cursor);
    this.#indent = undefined;
    cursor.next();
    const isClosed = this.#readMembers();
    if (isClosed && hasBracketTooMany(cursor)) this.#keepTyped(claims, entries);
    if (!isClosed || !this.#isPartOfAnother(entries)) return isClosed;
    // The beginning of the text is lost, so it is unknown whose fields these are.
    this.claims.length = claims;
    this.entries.length = entries;
    this.#fault('text after the end of the object', cursor.from);
    this.#indent = undefined;
    return this.#resume(from) && this.#readMembers();
  }

  /** Leaves out what is no credential, where an object may be an inner one. */
  #keepTyped(firstClaim: number, firstEntry: number): void {
    const others = this.entries.slice(firstEntry).filter((entry) => !this.#typed.has(entry));
    const isOther = ({ from }: Range) => others.some((entry) => entry.from === from);
    this.entries.push(...this.entries.splice(firstEntry).filter((entry) => !isOther(entry)));
    this.claims.push(...this.claims.splice(firstClaim).filter((claim) => !isOther(claim)));
  }

  /** Does the object that has just ended continue as only an inner one does, or is it a credential itself, and not the end? */
  #isPartOfAnother(firstEntry: number): boolean {
    const rest = this.#cursor.text.slice(this.#cursor.from);
    if (/^[\s}\]]*,/.test(rest)) return true;
    const isTyped = this.entries
      .slice(firstEntry)
      .some(({ key, raw }) => key === 'type' && raw.startsWith('"'));
    return isTyped && rest !== '';
  }

  /** @returns true once the object has ended. False if there is no further entry up to the end of the text */
  #readMembers(): boolean {
    const cursor = this.#cursor;
    let comma: number | undefined;
    let wantsComma = false;
    for (;;) {
      const { token, from, error } = cursor;
      if (token === '}') {
        if (comma !== undefined) this.#fault('a trailing comma', comma);
        this.#claim(cursor);
        cursor.next();
        return true;
      }
      if (token === ',' && !error) {
        if (!wantsComma) this.#fault('a comma without an entry before it', from);
        this.#claim(cursor);
        comma = from;
        wantsComma = false;
        cursor.next();
        continue;
      }
      const read = this.#readMember();
      if ('key' in read) {
        if (wantsComma) this.#fault('a missing comma', from);
        this.#add(read);
        comma = undefined;
        wantsComma = true;
        continue;
      }
      this.faults.push(read);
      // The key of a damaged entry shows where keys begin, too.
      if (this.#isKey(from)) this.#indent ??= indentOf(cursor.text, from);
      if (!this.#resume(from)) return false;
      comma = undefined;
      wantsComma = false;
    }
  }

  /** Reads a whole member that is followed by what may follow one. Leaves the cursor behind it. */
  #readMember(): Member | Fault {
    const cursor = this.#cursor;
    const { from, to, token, error } = cursor;
    if (token === 'end') return { kind: 'the end of the text, with brackets still open', at: from };
    if (error || token !== 'string') return { kind: error ?? 'a key without quotes', at: from };
    const key = keyOf(cursor.text.slice(from, to));
    if (key === undefined) return { kind: 'bytes that are not UTF-8', at: from };
    if (cursor.next().token !== ':') return { kind: cursor.error ?? 'a missing colon', at: cursor.from };
    cursor.next();
    const value = readValue(cursor);
    if (!('raw' in value)) return value;
    const member = { key, value, from, to: value.to };
    return this.#isFollowed(member) ? member : { kind: cursor.error ?? 'a missing comma', at: cursor.from };
  }

  /**
   * An extra quote or bracket ends a value too early, so what follows must be what follows an entry. A scalar needs a key behind
   * its comma, too, because a quote within a secret may be followed by a comma of that secret.
   */
  #isFollowed({ from, to, value }: Member): boolean {
    const cursor = this.#cursor;
    const { text, token } = cursor;
    if (cursor.error) return false;
    if (token === '}') return true;
    // A number that was cut still looks like a number.
    if (token === 'end') return !value.isScalar || text[to - 1] === '"';
    if (token === ',') return !value.isScalar || this.#isKeyNext();
    // A missing comma, as a person forgets it: the next key is on the next line, with the same indentation.
    const indent = indentOf(text, from);
    return token === 'string' && indent !== undefined && indent === indentOf(text, cursor.from);
  }

  #isKeyNext(): boolean {
    const cursor = this.#cursor;
    const comma = cursor.from;
    while (cursor.next().token === ',');
    const { token, from, to } = cursor;
    // The text may be cut within the key, or behind it.
    const isCut = token === 'end' || (token === 'string' && to === cursor.text.length);
    const isNext = token === '}' || isCut || this.#isKey(from) || cursor.token === 'end';
    cursor.seek(comma);
    return isNext;
  }

  #isKey(from: number): boolean {
    const { token, error } = this.#cursor.seek(from);
    return token === 'string' && !error && this.#cursor.next().token === ':';
  }

  /**
   * Continues at the next entry that can be believed. Everything before it was not read by any rule, comments included.
   * @returns false where there is none
   */
  #resume(from: number): boolean {
    const cursor = this.#cursor;
    cursor.seek(from);
    const kept = cursor.comments.findLastIndex((comment) => comment.from < from) + 1;
    const place = this.#findMember(from);
    cursor.comments.length = kept;
    if (place !== undefined) cursor.seek(place);
    else this.#lost = from;
    return place !== undefined;
  }

  #findMember(from: number): number | undefined {
    const [cursor, indent] = [this.#cursor, this.#indent];
    const { text } = cursor;
    for (let at = text.indexOf('"', from); at >= 0 && cursor.steps > 0; at = text.indexOf('"', at + 1)) {
      const own = indentOf(text, at);
      const isPossible = own === undefined ? /[{},]/.test(lastBefore(text, at)) : own === (indent ?? own);
      if (!isPossible) continue;
      cursor.seek(at);
      const read = this.#readMember();
      if (!('key' in read) || !read.value.isTyped) continue;
      const isAsFarIn = own !== undefined && indent !== undefined;
      if (isAsFarIn || this.#isCleanToEnd()) return at;
    }
    return undefined;
  }

  /** Where no further entry can be found: looks for an object that begins a line, is whole, and ends the text. */
  #seekObject(): boolean {
    const cursor = this.#cursor;
    const from = this.#lost ?? 0;
    const kept = cursor.comments.length;
    for (const { index } of cursor.text.slice(from).matchAll(/^\{/gm)) {
      cursor.seek(from + index);
      if (from + index > this.#objectsBefore && this.#isWhole()) {
        this.#objectsBefore = cursor.from;
        cursor.comments.length = kept;
        return true;
      }
    }
    cursor.comments.length = kept;
    return false;
  }

  /** Is this an object behind damage that begins a line or follows zeros, and is everything valid to the end of the text? */
  #isWhole(): boolean {
    const cursor = this.#cursor;
    const { from, text } = cursor;
    if (cursor.token !== '{' || !(indentOf(text, from) === '' || text[from - 1] === '\0')) return false;
    const { token } = cursor.next();
    const isWhole = (token === '}' || 'key' in this.#readMember()) && this.#isCleanToEnd();
    cursor.seek(from);
    return isWhole;
  }

  /** Is everything valid to the end of the object, and does the text end there, or another object begin? */
  #isCleanToEnd(): boolean {
    const cursor = this.#cursor;
    for (let wantsComma = true; ; wantsComma = !wantsComma) {
      const { token } = cursor;
      if (token === '}') break;
      if (wantsComma ? token !== ',' : !('key' in this.#readMember())) return false;
      if (wantsComma) cursor.next();
    }
    const { token, from } = cursor.next();
    return token === 'end' || token === '{' || /^[\0\s]*$/.test(cursor.text.slice(from));
  }

  /** Skips zeros, which a crash of the system leaves where blocks were not written. */
  #passZeros(): boolean {
    const cursor = this.#cursor;
    const { text, from } = cursor;
    let at = from;
    while (text.charCodeAt(at) === 0) at++;
    if (at === from) return false;
    this.#fault('zeros', from);
    cursor.seek(at);
    return true;
  }

  #add({ key, value, from, to }: Member): void {
    this.#indent ??= indentOf(this.#cursor.text, from);
    this.faults.push(...value.lenient);
    this.claims.push({ from, to });
    const entry = { key, raw: value.raw, from, to };
    if (value.isTyped) this.#typed.add(entry);
    this.entries.push(entry);
  }

  #claim({ from, to }: Range): void {
    this.claims.push({ from, to });
  }

  #fault(kind: FaultKind, at: number): void {
    this.faults.push({ kind, at });
  }
}

function keyOf(quoted: string): string | undefined {
  const text = decodePiece(quoted);
  return text === undefined ? undefined : (JSON.parse(text) as string);
}
