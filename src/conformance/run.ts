import { fileURLToPath } from 'node:url';
import { Lab, runtime } from './case.js';
import { cases } from './index.js';

/** Runs the cases on the runtime that runs it, and says of each in one line of JSON how it ended. */
export type CaseResult = { name: string; result: 'passed' | 'failed' | 'skipped'; reason?: string };

const caseMsMax = 60_000;
const program = fileURLToPath(new URL('./programs.js', import.meta.url));

/** The names of those that are wanted; default: all. */
const wanted = process.argv.slice(2);

for (const { name, run, cannot } of cases) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const reason = cannot?.[runtime];
  if (reason !== undefined) printResult({ name, result: 'skipped', reason });
  else printResult(await resultOf(name, run));
}

async function resultOf(name: string, run: (lab: Lab) => Promise<void>): Promise<CaseResult> {
  const lab = new Lab(program);
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(`it did not end within ${caseMsMax} ms`)), caseMsMax);
  });
  try {
    await Promise.race([run(lab), tooLate]);
    return { name, result: 'passed' };
  } catch (error) {
    return {
      name,
      result: 'failed',
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  } finally {
    clearTimeout(late);
    await lab.close();
  }
}

function printResult(result: CaseResult): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
