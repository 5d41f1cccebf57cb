import path from 'node:path';
import { fillSpecification } from '../../programs/fill-specification.js';
import type { Program, Specification } from '../../programs/specification.js';

/** A program that is run, as its user describes it. It is plain data, and kept with each schedule. */
export interface CommandSource {
  specification: Specification;
  /** Where it is from: files that it names are looked for there. */
  directory: string;
}

/**
 * The program, with every question answered. Where its user does not say where the file is, it gets a directory of its own, so that
 * all that is done there is about it.
 * @throws UsageError saying what is missing
 */
export function programOf({ specification, directory }: CommandSource): Program {
  const program = fillSpecification(specification, directory);
  if (specification.file !== undefined) return program;
  return { ...program, file: path.join('data', program.file) };
}
