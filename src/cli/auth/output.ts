import { type Colours, coloursOf } from '../colours.js';
import { layOut } from '../columns.js';

type Colour = Exclude<keyof Colours, 'isColorSupported'>;

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

/** How a table is fitted to a terminal. */
interface TableOptions {
  /** The columns that are never cut, by the name in the first row: an id that is copied. */
  whole?: readonly string[];
  /** False where a value is shown to be copied: then nothing is cut. */
  isFitted?: boolean;
}

/** Rows in columns no wider than the terminal, if the output goes to one. */
export function table(
  rows: readonly (readonly string[])[],
  { whole = [], isFitted = true }: TableOptions = {},
): string {
  const [header = [], ...others] = rows;
  return layOut({ header, rows: others }, isFitted ? widthOfOutput() : undefined, { whole }).lines.join('\n');
}

/** The columns of the terminal that the output goes to; undefined where it goes elsewhere, or the terminal does not say. */
function widthOfOutput(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns || undefined : undefined;
}

/** Colours on a terminal only, and not where the user wants none. */
export function paint(colour: Colour, text: string): string {
  return coloursOf(process.stdout)[colour](text);
}
