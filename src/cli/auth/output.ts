import { styleText } from 'node:util';

type Colour = Parameters<typeof styleText>[0];

/** Results go to stdout, notes about them to stderr. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** On several lines, or on a single one for what prints many. */
export function printJson(value: unknown, { lines = true } = {}): void {
  print(jsonText(value, { lines }));
}

export function jsonText(value: unknown, { lines = true } = {}): string {
  // In JSON, characters that steer a terminal can be in strings only, where their escaped form means the same.
  return JSON.stringify(value, null, lines ? 2 : 0).replace(steering, escaped);
}

/** Returns a name as it may be printed: it comes from a file that any program may have written, and must not steer the terminal. */
export function shown(name: string): string {
  return name.replace(/\n/g, '\\u000a').replace(steering, escaped);
}

const steering = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escaped(characters: string): string {
  return characters
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Rows in aligned columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Colours on a terminal only, and not where the user wants none. */
export function paint(colour: Colour, text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? styleText(colour, text) : text;
}
