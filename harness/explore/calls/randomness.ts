import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

type Callback<T> = (error: null, value: T) => void;

/** Every execution draws the same numbers: names and ids are then the same, too. */
export class Randomness {
  private generator = xoroshiro128plus(1);

  seed(value: number): void {
    this.generator = xoroshiro128plus(value);
  }

  fill<T extends ArrayBufferView>(view: T, offset = 0, size = view.byteLength - offset): T {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let index = offset; index < offset + size; index++) bytes[index] = this.word() & 0xff;
    return view;
  }

  /** From 0 to 1, as `Math.random` has it. */
  fraction(): number {
    return (this.word() * 2 ** 21 + (this.word() >>> 11)) / 2 ** 53;
  }

  uuid(): string {
    const bytes = this.fill(new Uint8Array(16));
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = Buffer.from(bytes).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  /** For the end of a name. */
  name(): string {
    return Buffer.from(this.fill(new Uint8Array(3))).toString('hex');
  }

  private between(from: number, to: number): number {
    return from + Math.floor(this.fraction() * (to - from));
  }

  /** From 0 to 2^32 - 1. */
  private word(): number {
    return this.generator.next() >>> 0;
  }

  /**
   * The functions of `node:crypto` that draw.
   * @param later runs a callback in a later turn of the event loop
   */
  functions(later: (callback: () => void) => void) {
    const answered = <T>(value: T, callback?: Callback<T>) => {
      if (!callback) return value;
      later(() => callback(null, value));
      return undefined;
    };
    const bytes = (size: number, callback?: Callback<Buffer>) =>
      answered(this.fill(Buffer.alloc(size)), callback);
    return {
      randomBytes: bytes,
      pseudoRandomBytes: bytes,
      randomFillSync: <T extends ArrayBufferView>(view: T, offset?: number, size?: number) =>
        this.fill(view, offset, size),
      randomFill: (view: Buffer, ...rest: (number | Callback<Buffer>)[]) => {
        const [offset, size] = rest.filter((one): one is number => typeof one === 'number');
        answered(this.fill(view, offset, size), rest.at(-1) as Callback<Buffer>);
      },
      randomInt: (...args: (number | Callback<number>)[]) => {
        const [from = 0, to] = args.filter((one): one is number => typeof one === 'number');
        const callback = args.find((one): one is Callback<number> => typeof one === 'function');
        return answered(to === undefined ? this.between(0, from) : this.between(from, to), callback);
      },
      randomUUID: () => this.uuid(),
    };
  }
}
