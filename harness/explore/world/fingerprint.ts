/** A well-spread hash of 53 bits (cyrb53, public domain, bryc 2018): quick, and good enough to tell states apart. */
export class Print {
  private a = 0xdeadbeef;
  private b = 0x41c6ce57;

  add(code: number): void {
    this.a = Math.imul(this.a ^ code, 2654435761);
    this.b = Math.imul(this.b ^ code, 1597334677);
  }

  /** A whole one, all of its 53 bits. */
  number(number: number): void {
    this.add(number | 0);
    this.add((number / 4294967296) | 0);
  }

  /** One part of several. */
  text(text: string): void {
    this.characters(text);
    this.add(0x10000);
  }

  characters(text: string): void {
    for (let index = 0; index < text.length; index++) this.add(text.charCodeAt(index));
  }

  bytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.add(byte);
    this.add(0x10001);
  }

  get value(): number {
    const a =
      Math.imul(this.a ^ (this.a >>> 16), 2246822507) ^ Math.imul(this.b ^ (this.b >>> 13), 3266489909);
    const b = Math.imul(this.b ^ (this.b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return 4294967296 * (2097151 & b) + (a >>> 0);
  }
}

/** The same of one text. */
export function fingerprint(text: string): number {
  const print = new Print();
  print.characters(text);
  return print.value;
}

/** One number of two, in their order. */
export function mix(first: number, second: number): number {
  const print = new Print();
  print.number(first);
  print.number(second);
  return print.value;
}

/** Those of texts that come again and again. */
const prints = new Map<string, number>();
const printsMax = 100_000;

/** The same as `fingerprint`, looked up. */
export function printOfWord(text: string): number {
  const known = prints.get(text);
  if (known !== undefined) return known;
  if (prints.size >= printsMax) prints.clear();
  const print = fingerprint(text);
  prints.set(text, print);
  return print;
}
