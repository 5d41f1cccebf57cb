/** A well-spread hash of 53 bits (cyrb53, public domain, bryc 2018): quick, and good enough to tell states apart. */
export class Print {
  private a = 0xdeadbeef;
  private b = 0x41c6ce57;

  add(code: number): void {
    this.a = Math.imul(this.a ^ code, 2654435761);
    this.b = Math.imul(this.b ^ code, 1597334677);
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
