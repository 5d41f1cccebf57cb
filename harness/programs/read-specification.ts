import { UsageError } from '../../src/cli/usage-error.js';
import type { Specification } from './specification.js';

type Kind = 'text' | 'texts' | 'flag' | 'number' | 'numbers' | 'map';

/** What each member is. */
const members: Readonly<Record<keyof Specification, Kind>> = {
  name: 'text',
  title: 'text',
  command: 'text',
  commandRemove: 'text',
  commandList: 'text',
  commandGet: 'text',
  stdin: 'text',
  shell: 'flag',
  lines: 'flag',
  serve: 'text',
  ready: 'text',
  servers: 'number',
  set: 'text',
  remove: 'text',
  file: 'text',
  format: 'text',
  prepare: 'texts',
  env: 'map',
  failed: 'numbers',
  failedWhen: 'text',
  timeout: 'text',
  slow: 'text',
  seed: 'text',
  seedFile: 'text',
  version: 'text',
  private: 'flag',
  strict: 'flag',
  directory: 'text',
  install: 'text',
  tried: 'texts',
};

const fits: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: isText,
  texts: (value) => isText(value) || (Array.isArray(value) && value.every(isText)),
  flag: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  numbers: (value) => Array.isArray(value) && value.every((one) => typeof one === 'number'),
  map: (value) => isObject(value) && Object.values(value).every(isText),
};

const words: Readonly<Record<Kind, string>> = {
  text: 'a text',
  texts: 'a text or a list of texts',
  flag: 'true or false',
  number: 'a number',
  numbers: 'a list of numbers',
  map: 'an object of texts',
};

/**
 * Reads a specification from the text of a file.
 * @param source what the file is called, for messages
 * @throws UsageError naming the member that is not known, or not what it should be
 */
export function readSpecification(text: string, source: string): Specification {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${source} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(value)) throw new UsageError(`${source} is no specification`, 'expected an object of JSON');
  for (const [name, member] of Object.entries(value)) {
    const kind = Object.hasOwn(members, name) ? members[name as keyof Specification] : undefined;
    if (kind === undefined)
      throw new UsageError(
        `${source}: unknown "${name}"`,
        `expected one of: ${Object.keys(members).join(', ')}`,
      );
    if (!fits[kind](member)) throw new UsageError(`${source}: "${name}" is not ${words[kind]}`);
  }
  return value as Specification;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
