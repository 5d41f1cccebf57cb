import crypto from 'node:crypto';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Every execution draws the same numbers: names and ids are then the same, too. */
let generator = xoroshiro128plus(1);

export function seed(value: number): void {
  generator = xoroshiro128plus(value);
}

/** From 0 to 2^32 - 1. */
function word(): number {
  return generator.next() >>> 0;
}

function fill<T extends ArrayBufferView>(view: T, offset = 0, size = view.byteLength - offset): T {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let index = offset; index < offset + size; index++) bytes[index] = word() & 0xff;
  return view;
}

function fraction(): number {
  return (word() * 2 ** 21 + (word() >>> 11)) / 2 ** 53;
}

function uuid(): string {
  const bytes = fill(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export function randomName(): string {
  return Buffer.from(fill(new Uint8Array(3))).toString('hex');
}

function between(from: number, to: number): number {
  return from + Math.floor(fraction() * (to - from));
}

type Callback<T> = (error: null, value: T) => void;

/** @param later runs a callback in a later turn of the event loop */
export function seedEverything(later: (callback: () => void) => void): void {
  Math.random = fraction;
  const told = <T>(value: T, callback?: Callback<T>) => {
    if (!callback) return value;
    later(() => callback(null, value));
    return undefined;
  };
  Object.assign(crypto, {
    randomBytes: (size: number, callback?: Callback<Buffer>) => told(fill(Buffer.alloc(size)), callback),
    pseudoRandomBytes: (size: number, callback?: Callback<Buffer>) =>
      told(fill(Buffer.alloc(size)), callback),
    randomFillSync: fill,
    randomFill: (view: Buffer, ...rest: (number | Callback<Buffer>)[]) => {
      const [offset, size] = rest.filter((one): one is number => typeof one === 'number');
      told(fill(view, offset, size), rest.at(-1) as Callback<Buffer>);
    },
    randomInt: (...args: (number | Callback<number>)[]) => {
      const [from = 0, to] = args.filter((one): one is number => typeof one === 'number');
      const callback = args.find((one): one is Callback<number> => typeof one === 'function');
      return told(to === undefined ? between(0, from) : between(from, to), callback);
    },
    randomUUID: uuid,
  });
  const { webcrypto } = crypto;
  Object.defineProperties(webcrypto, {
    randomUUID: { value: uuid, configurable: true, writable: true },
    getRandomValues: { value: fill, configurable: true, writable: true },
  });
}
