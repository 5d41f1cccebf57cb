import { Ints } from './column.js';
import { Numbered } from './numbered.js';

/**
 * Names as numbers, 0, 1, 2, ... in the order in which they came. Most are ids of operations, `tui-1.0.17`: of such a one its
 * beginning is kept once for all that share it, and its number.
 */
export class Names {
  private readonly beginnings: string[] = [];
  private readonly byBeginning = new Map<string, { index: number; places: Numbered }>();
  private readonly others = new Map<string, number>();
  private readonly beginningOf = new Ints();
  private readonly numberOf = new Ints();

  get size(): number {
    return this.numberOf.length;
  }

  /** Its number, a new one where it is new. */
  add(name: string): number {
    const known = this.find(name);
    if (known >= 0) return known;
    const [beginning, number] = split(name);
    const place = this.size;
    let family = this.byBeginning.get(beginning);
    if (!family) {
      family = { index: this.beginnings.push(beginning) - 1, places: new Numbered() };
      this.byBeginning.set(beginning, family);
    }
    this.beginningOf.push(family.index);
    this.numberOf.push(number);
    if (number < 0) this.others.set(name, place);
    else family.places.set(number, place);
    return place;
  }

  /** -1 for one that did not come. */
  find(name: string): number {
    const [beginning, number] = split(name);
    if (number < 0) return this.others.get(name) ?? -1;
    return this.byBeginning.get(beginning)?.places.get(number) ?? -1;
  }

  at(place: number): string {
    const beginning = this.beginnings[this.beginningOf.get(place)] ?? '';
    const number = this.numberOf.get(place);
    return number < 0 ? beginning : beginning + number;
  }
}

const digitsMax = 8;

/** Up to the last dot and with it, and the number behind it; -1 where there is none, or it is written in another way. */
function split(name: string): [beginning: string, number: number] {
  const dot = name.lastIndexOf('.') + 1;
  const length = name.length - dot;
  if (dot === 0 || length === 0 || length > digitsMax) return [name, -1];
  if (length > 1 && name.charCodeAt(dot) === 48) return [name, -1];
  let number = 0;
  for (let at = dot; at < name.length; at++) {
    const digit = name.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return [name, -1];
    number = 10 * number + digit;
  }
  return [name.slice(0, dot), number];
}
