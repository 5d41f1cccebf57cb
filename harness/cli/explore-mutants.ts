import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../src/cli/usage-error.js';

/**
 * Breaks the source of this project on purpose, one change at a time, and says by what each is found. What is broken is no part of the
 * package, so it needs a checkout.
 * @param words only those whose name or file holds one of these; true for all
 * @throws UsageError where it is not run in one
 */
export async function exploreMutants(words: true | readonly string[]): Promise<void> {
  const script = path.resolve('harness/mutants/run.ts');
  if (!existsSync(script))
    throw new UsageError(
      'mutants are changes of the source of Holdfast, and it is not here',
      'expected the directory of a checkout with its packages: there is no harness/mutants',
    );
  const wanted = words === true ? [] : words;
  const child = spawn(process.execPath, ['--import', 'tsx', script, '--layers', ...wanted], {
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 70;
}
