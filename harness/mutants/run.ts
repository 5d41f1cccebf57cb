import { mutants as all } from './index.js';
import type { Mutant } from './mutant.js';
import { type Outcome, Sandbox } from './sandbox.js';

/**
 * Breaks the source on purpose, one change at a time, and says whether the test that must notice does:
 *
 *     npm run mutants                # all of them, some minutes
 *     npm run mutants -- durable     # those whose name or file holds the word
 *
 * Exit code 1 where one is missed, or a test is red without any change.
 */
const wanted = process.argv[2] ?? '';
const mutants = all.filter(({ name, file, test }) => `${name} ${file} ${test}`.includes(wanted));
const sandbox = new Sandbox();
const say = (line: string) => process.stdout.write(`${line}\n`);

function tell(of: string, wants: Outcome['kind'], outcome: Outcome): boolean {
  const isRight = outcome.kind === wants;
  const why = outcome.kind === 'broken' ? `: ${outcome.reason}` : '';
  say(`${isRight ? 'ok    ' : 'WRONG '} ${outcome.kind.padEnd(7)} ${of}${why}`);
  return isRight;
}

try {
  const tests = [...new Set(mutants.map(({ test }) => test))];
  const sound = tests.filter((test) => tell(`${test}, as it is`, 'missed', sandbox.run(test)));
  const isNoticed = (mutant: Mutant) =>
    sound.includes(mutant.test) && tell(mutant.name, 'noticed', sandbox.run(mutant.test, mutant));
  const noticed = mutants.filter(isNoticed);
  say(`${noticed.length} of ${mutants.length} mutants are noticed`);
  if (noticed.length < mutants.length || mutants.length === 0) process.exitCode = 1;
} finally {
  sandbox.close();
}
