import path from 'node:path';
import { UsageError } from '../../../src/cli/usage-error.js';
import type { Program, Specification } from '../../programs/specification.js';
import { namedSpecification, programTarget } from '../../targets/program/find.js';

/** A program that is run, as its user describes it. It is plain data, and kept with each schedule. */
export interface CommandSource {
  specification: Specification;
  /** Where it is from: files that it names are looked for there. */
  directory: string;
}

/**
 * The program, with every question answered. Where its user does not say where the file is, it gets a directory of its own, so that
 * all that is done there is about it.
 * @throws UsageError saying what is missing, or can't be explored
 */
export function programOf({ specification, directory }: CommandSource): Program {
  const { program } = programTarget(specification, directory);
  if (!program || program.serve)
    throw new UsageError('a server can be put under stress, and not be explored', 'expected --command');
  if (program.lines)
    throw new UsageError(
      'a program that runs on can be put under stress, and not be explored',
      'leave out --lines, and give a command that sets {key}',
    );
  if (program.slowMs !== undefined)
    throw new UsageError('--slow is for stress: explore does not wait for luck', 'leave it out');
  if (specification.file !== undefined) return program;
  return { ...program, file: path.join('data', program.file) };
}

/** @param program the name of one that ships, a file of JSON, or the specification itself @throws UsageError if there is none */
export function sourceOf(program: string | Specification, directory: string): CommandSource {
  if (typeof program !== 'string') return { specification: program, directory };
  const found = namedSpecification(program, directory);
  if (found) return found;
  throw new UsageError(`"${program}" is neither a program that ships nor a file of JSON`);
}
