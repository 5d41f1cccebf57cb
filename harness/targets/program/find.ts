import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { closest } from '../../../src/cli/closest.js';
import { UsageError } from '../../../src/cli/usage-error.js';
import type { TargetSpec } from '../../core/target.js';
import { fillSpecification } from '../../programs/fill-specification.js';
import { readSpecification } from '../../programs/read-specification.js';
import type { Call, Program, Specification } from '../../programs/specification.js';

/** Specifications are data, as scenarios are: beside the source, and in the package. */
const shippedIn = ['../../../scenarios/programs/', '../../../../scenarios/programs/']
  .map((place) => fileURLToPath(new URL(place, import.meta.url)))
  .find((place) => existsSync(place));

/** The specifications that ship with the harness, by name. */
export function shippedPrograms(): Map<string, Specification> {
  const names =
    shippedIn === undefined ? [] : readdirSync(shippedIn).filter((name) => name.endsWith('.json'));
  return new Map(
    names.sort().map((name) => {
      const text = readFileSync(path.join(shippedIn ?? '', name), 'utf8');
      return [path.basename(name, '.json'), readSpecification(text, name)];
    }),
  );
}

/**
 * Reads the specification that a word names: one that ships, or a file of JSON.
 * @returns it, and the directory from which its files are named; undefined for a text that is a command itself
 * @throws UsageError where it can't be read, or is none
 */
export function namedSpecification(
  word: string,
  directory: string,
): { specification: Specification; directory: string } | undefined {
  if (/\s/.test(word.trim())) return undefined;
  const shipped = shippedPrograms();
  const found = shipped.get(word);
  if (found) return { specification: { name: word, ...found }, directory };
  const file = path.resolve(directory, word);
  if (!word.endsWith('.json')) {
    const names = [...shipped.keys()];
    throw new UsageError(
      `"${word}" is neither a command with {key} and {value} nor a program that ships${closest(word, names)}`,
      'expected a name that "holdfast list programs" prints',
    );
  }
  if (!existsSync(file)) throw new UsageError(`there is no specification at ${file}`);
  return {
    specification: readSpecification(readFileSync(file, 'utf8'), word),
    directory: path.dirname(file),
  };
}

/** The text of a file of the user's, with which a program's file begins. @throws UsageError if there is none */
function readSeedFile(file: string): string {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() !== false)
    throw new UsageError(`there is no file ${file}`, 'expected the content that the program begins with');
  return readFileSync(file, 'utf8');
}

/**
 * A program by the name of a specification that ships, by a file, or by the specification itself.
 * @throws UsageError as below
 */
export function resolveProgram(program: string | Specification, directory: string): TargetSpec {
  if (typeof program !== 'string') return programTarget(program, directory);
  const found = namedSpecification(program, directory);
  if (found) return programTarget(found.specification, found.directory, program);
  throw new UsageError(`"${program}" is neither a program that ships nor a file of JSON`);
}

/**
 * Makes a target of a program.
 * @param from where files are named, if the specification does not say
 * @param named what names it, where it is not spelled out
 * @throws UsageError if it is not installed, or its specification leaves out what is needed
 */
export function programTarget(given: Specification, from: string, named?: string): TargetSpec {
  const directory = given.directory ?? from;
  const { seedFile } = given;
  const seed = seedFile === undefined ? given.seed : readSeedFile(path.resolve(directory, seedFile));
  const filled = fillSpecification({ ...given, ...(seed === undefined ? {} : { seed }) }, directory);
  const located = (call: Call) => locate(call, directory, given.install);
  const maybe = (call: Call | undefined) => call && located(call);
  const program: Program = {
    ...filled,
    set: maybe(filled.set),
    remove: maybe(filled.remove),
    list: maybe(filled.list),
    get: maybe(filled.get),
    lines: maybe(filled.lines),
    serve: filled.serve && { ...filled.serve, call: located(filled.serve.call) },
    prepare: filled.prepare.map(located),
    version: maybe(filled.version),
  };
  if (program.slowMs !== undefined && !findOnPath('strace'))
    throw new UsageError(
      '--slow needs strace, and there is none on the PATH',
      'install it, by apt-get install strace for instance, or leave out --slow and give more --clients',
    );
  const { href: module } = new URL('./store.js', import.meta.url);
  return { label: filled.name, options: {}, module, program, written: named ?? given };
}

/** A program runs in its home: words that name a file of the user's directory become absolute. */
function locate(call: Call, directory: string, install: string | undefined): Call {
  if (call.how !== 'words') return call;
  const words = call.words.map((word) => {
    const file = path.resolve(directory, word);
    return /[./]/.test(word) && !/[{}]/.test(word) && isFile(file) ? file : word;
  });
  const [first = ''] = words;
  if (/[\\/]/.test(first) ? !isFile(first) && !first.includes('{') : !findOnPath(first))
    throw new UsageError(
      `"${first}" is not ${/[\\/]/.test(first) ? `a file in ${directory}` : 'on the PATH'}`,
      install === undefined ? undefined : `install it: ${install}`,
    );
  return { how: 'words', words };
}

/** Where an executable of that name is; undefined where there is none. */
export function findOnPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((place) => path.join(place, name))
    .find((file) => isFile(file) && isExecutable(file));
}

/** Words of a command may be anything: too long for a name, or below a directory that may not be entered. Such are no files here. */
function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Another one of that name may be.
    return false;
  }
}
