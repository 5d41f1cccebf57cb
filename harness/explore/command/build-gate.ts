import { UsageError } from '../../../src/cli/usage-error.js';
import { type HelperPlace, helperProgram, NoHelperError } from '../../../src/native/helper.js';

const instead = 'holdfast stress --command works without it';

/**
 * Finds the helper that stops programs, compiled on first use.
 * @returns the path of the program
 * @throws UsageError naming what is missing here
 */
export function gateProgram(cache?: string, system?: HelperPlace['system']): string {
  try {
    return helperProgram('syscall-gate', {
      ...(cache !== undefined && { cache }),
      ...(system && { system }),
    });
  } catch (error) {
    throw error instanceof NoHelperError ? explained(error) : error;
  }
}

function explained({ kind, detail }: NoHelperError): UsageError {
  switch (kind) {
    case 'system':
      return new UsageError(
        `a program can be explored on Linux, on x64 or arm64, and this is ${detail}`,
        instead,
      );
    case 'compiler':
      return new UsageError(
        `a program is explored by a helper in C, and ${detail}`,
        `install either; ${instead}`,
      );
    case 'source':
      return new UsageError(
        `the helper that explores programs can't be compiled: ${detail}`,
        `it needs the headers of Linux 5.14 or newer; ${instead}`,
      );
    case 'kernel':
    case 'cache':
      return new UsageError(`a program can't be explored here: ${detail}`, instead);
  }
}
