import { lstatSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import type { CallToMake } from './protocol.js';

/** Which file is where, by the system's numbers. Most calls change nothing of that, and to look again takes time. */
export class Places {
  private readonly found = new Map<string, string | undefined>();

  constructor(private readonly root: string) {}

  /** @returns undefined if there is none */
  at(place: string): string | undefined {
    return this.find(`at ${place}`, () => lstatSync(path.join(this.root, place), { throwIfNoEntry: false }));
  }

  /** Follows links. */
  through(place: string): string | undefined {
    return this.find(`through ${place}`, () =>
      statSync(path.join(this.root, place), { throwIfNoEntry: false }),
    );
  }

  /** A call was made. */
  note(call: CallToMake): void {
    if (!leavesAll(call)) this.forget();
  }

  /** Everything may be elsewhere. */
  forget(): void {
    this.found.clear();
  }

  private find(how: string, look: () => Stats | undefined): string | undefined {
    if (!this.found.has(how)) {
      const stats = look();
      this.found.set(how, stats && String(stats.ino));
    }
    return this.found.get(how);
  }
}

const calmCalls =
  /^(close|readv?|writev?|f?truncate|[lf]?(stat|chmod|chown|utimes)|f(data)?sync|access|readdir|readlink|realpath|(un)?watch|alive)$/;

/** The call looks, or changes what is in a file: every name stands for what it stood for. */
function leavesAll({ call, flags = '' }: CallToMake): boolean {
  return call === 'open' ? !flags.includes('c') : calmCalls.test(call);
}
