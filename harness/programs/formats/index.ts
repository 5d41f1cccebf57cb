import { type Leaf, leavesOf } from '../leaves.js';
import { parseDotenv } from './dotenv.js';
import { parseIni } from './ini.js';
import { parseJson } from './json.js';
import { linesPattern, parseLines } from './lines.js';
import { parseToml } from './toml.js';
import { parseYaml } from './yaml.js';

interface Format {
  title: string;
  /** File endings by which it is recognized. */
  endings: readonly string[];
  /** What stands behind the colon. */
  takes?: 'path' | 'pattern';
  /** True if a beginning of a file is no file: then a torn one shows by itself. */
  cutShows: boolean;
  /** @throws SyntaxError */
  leaves: (text: string, argument: string) => Leaf[];
}

/** Every format by its name, in the order of lists. */
export const formats: Readonly<Record<string, Format>> = {
  json: {
    title: 'one JSON value; json:PATH for what is below a.b.c in it',
    endings: ['.json'],
    takes: 'path',
    cutShows: true,
    leaves: (text, path) => leavesOf(parseJson(text), path),
  },
  ini: {
    title: 'sections, and lines with = or :',
    endings: ['.ini', '.conf', '.cfg', '.npmrc', '.gitconfig'],
    cutShows: false,
    leaves: parseIni,
  },
  dotenv: {
    title: 'KEY=VALUE, with or without quotes',
    endings: ['.env'],
    cutShows: false,
    leaves: parseDotenv,
  },
  toml: {
    title: 'TOML; toml:PATH for what is below a.b.c in it',
    endings: ['.toml'],
    takes: 'path',
    cutShows: false,
    leaves: (text, path) => leavesOf(parseToml(text), path),
  },
  yaml: {
    title: 'YAML; yaml:PATH for what is below a.b.c in it',
    endings: ['.yaml', '.yml'],
    takes: 'path',
    cutShows: false,
    leaves: (text, path) => leavesOf(parseYaml(text), path),
  },
  lines: {
    title: 'lines:REGEX, with the named groups key and value',
    endings: [],
    takes: 'pattern',
    cutShows: false,
    leaves: parseLines,
  },
};

/** `json:a.b` -> `json` and `a.b`. Undefined where there is no such format. */
function split(format: string): { kind: Format; argument: string } | undefined {
  const [name = ''] = format.split(':', 1);
  const kind = Object.hasOwn(formats, name) ? formats[name] : undefined;
  return kind && { kind, argument: format.slice(name.length + 1) };
}

/** What is wrong with a format that a user names; undefined for nothing. */
export function whyNoFormat(format: string): string | undefined {
  const found = split(format);
  if (!found) return `"${format}" is no format: expected ${Object.keys(formats).join(', ')}`;
  const { kind, argument } = found;
  if (argument !== '' && kind.takes === undefined)
    return `"${format}": nothing stands behind the colon of this format`;
  return kind.takes === 'pattern' ? linesPattern(argument).why : undefined;
}

/** The format of a file of that name; undefined where the name does not say. */
export function formatByName(file: string): string | undefined {
  return Object.keys(formats).find((name) => formats[name]?.endings.some((ending) => file.endsWith(ending)));
}

/** An ending by which the format of a file is known: `.json`. */
export function endingOf(format: string): string {
  return split(format)?.kind.endings[0] ?? '';
}

/** False for a format in which the beginning of a file is a file: a torn one shows by missing entries only. */
export function cutShows(format: string): boolean {
  return split(format)?.kind.cutShows === true;
}

/**
 * Reads a file of a format that is none of ours.
 * @param keyIn the key in one step of a path, where that is more than the key. Default: the first step is the key
 * @returns by key, all the text there
 * @throws SyntaxError where the text is no whole file, as far as the format shows that. It quotes nothing
 */
export function parse(
  text: string,
  format: string,
  keyIn: (step: string) => string | undefined = (step) => step,
): Map<string, string> {
  const found = split(format);
  if (!found) throw new TypeError(`there is no format "${format}"`);
  // The later of two texts at one place counts: many a script sets by appending.
  const texts = new Map<string, Map<string, string>>();
  for (const leaf of found.kind.leaves(text, found.argument)) {
    const key = leaf.path.map(keyIn).find((one) => one !== undefined);
    if (key === undefined) continue;
    const places = texts.get(key) ?? new Map<string, string>();
    texts.set(key, places.set(JSON.stringify(leaf.path), leaf.text));
  }
  return new Map([...texts].map(([key, places]) => [key, [...places.values()].join('\n')]));
}
