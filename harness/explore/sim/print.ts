import { type Call, nameOf } from '../calls/call.js';

/** A well-spread hash of 53 bits, as `fingerprint` is, of several parts. */
class Print {
  private a = 0xdeadbeef;
  private b = 0x41c6ce57;

  add(code: number): void {
    this.a = Math.imul(this.a ^ code, 2654435761);
    this.b = Math.imul(this.b ^ code, 1597334677);
  }

  text(text: string): void {
    for (let index = 0; index < text.length; index++) this.add(text.charCodeAt(index));
    this.add(0x10000);
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

/**
 * All that a program can see of an answer, as a number: what it does next is a function of these. The number of a descriptor is left
 * out: it follows from what the process itself has opened and closed.
 */
export function printOf({ call, bytes }: Call, answer: unknown): number {
  const print = new Print();
  if (call === 'open') print.text('opened');
  else if (bytes) {
    print.add(Number(answer));
    print.bytes(bytes(Number(answer)));
  } else if (Array.isArray(answer))
    for (const one of answer) {
      print.text(nameOf(one));
      if (typeof one === 'object') print.add(kindOf(one as { isDirectory(): boolean; isFile(): boolean }));
    }
  else if (typeof answer === 'object' && answer !== null)
    for (const value of Object.values(answer)) print.text(value instanceof Date ? '' : String(value));
  else print.text(String(answer));
  return print.value;
}

function kindOf(entry: { isDirectory(): boolean; isFile(): boolean }): number {
  return entry.isDirectory() ? 1 : entry.isFile() ? 2 : 3;
}
