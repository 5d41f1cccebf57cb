import { isDeepStrictEqual } from 'node:util';

const keysNamed = 3;

/**
 * Compares what the file shows with what was set, right after each change and with no time in between: a store that writes
 * later, elsewhere or otherwise than expected is reported by the first difference.
 */
export class Layout {
  private whyNot: string | undefined;

  /** @param look what the file shows, or what is wrong with it @param expected what is in it at first */
  constructor(
    private readonly look: () => Record<string, unknown> | string,
    private readonly expected: Map<string, unknown>,
  ) {}

  /** A change has just been acknowledged. @param value undefined where it was a removal */
  changed(key: string, value: unknown): void {
    if (value === undefined) this.expected.delete(key);
    else this.expected.set(key, value);
    this.whyNot ??= this.difference(value === undefined ? 'after remove()' : 'after set()');
  }

  /** What the store says of all entries. */
  same(all: Readonly<Record<string, unknown>>): void {
    const missing = [...this.expected.keys()].some(
      (key) => !isDeepStrictEqual(all[key], this.expected.get(key)),
    );
    if (missing) this.whyNot ??= 'all() does not return what another program has written into it';
  }

  sighted(): { whyNot?: string } {
    return this.whyNot === undefined ? {} : { whyNot: this.whyNot };
  }

  private difference(when: string): string | undefined {
    const found = this.look();
    if (typeof found === 'string')
      return `${when} ${found.replace('it is missing', 'there is no file at the path')}`;
    const keys = Object.keys(found);
    for (const [key, value] of this.expected) {
      if (!Object.hasOwn(found, key)) return `${when} it has no top-level "${key}"${insteadOf(keys)}`;
      if (!isDeepStrictEqual(found[key], value))
        return `${when} what is at its top-level "${key}" is not the value that was set`;
    }
    const more = keys.filter((key) => !this.expected.has(key));
    return more.length > 0 ? `${when} it also has ${named(more)}` : undefined;
  }
}

function insteadOf(keys: readonly string[]): string {
  return keys.length > 0 ? `, it has ${named(keys)}` : '';
}

function named(keys: readonly string[]): string {
  const names = keys.slice(0, keysNamed).map((key) => JSON.stringify(key.slice(0, 40)));
  return `${names.join(', ')}${keys.length > keysNamed ? ' and more' : ''}`;
}
