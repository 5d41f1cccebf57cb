import { constants } from 'node:os';

/** What the helper in C says, a line of JSON each: see native/syscall-gate/main.c. */
export type GateLine =
  | {
      call: number;
      name: string;
      process: number;
      path?: string;
      to?: string;
      of?: string;
      file?: string;
      flags?: string;
    }
  | { stop: number }
  | { end: number; value: number; error: number; waits?: true; file?: string; text?: string }
  | { note: string }
  | { exit: number; signal: number }
  | { gone: number }
  | { silent: 'sleeping' | 'running' }
  | { refused: string };

/** A name of a file need not be text, so its bytes come as characters. */
export function parseGateLine(line: string): GateLine {
  const parsed = JSON.parse(line) as Record<string, unknown>;
  const decoded = Object.entries(parsed).map(([name, value]) => [
    name,
    typeof value === 'string' ? Buffer.from(value, 'latin1').toString('utf8') : value,
  ]);
  return Object.fromEntries(decoded) as GateLine;
}

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** @returns `ENOENT` for its number */
export function errnoName(number: number): string {
  return names.get(number) ?? `errno ${number}`;
}

export function errnoNumber(name: string): number {
  const number = (constants.errno as Record<string, number>)[name];
  if (number === undefined) throw new TypeError(`there is no errno ${name}`);
  return number;
}
