import { findByLayers } from './find-by-layers.js';
import { mutants as all } from './index.js';
import { type Outcome, Sandbox } from './sandbox.js';

/**
 * Breaks the source on purpose, one change at a time, and says whether the test that must notice does:
 *
 *     npm run mutants                # all of them, some minutes
 *     npm run mutants -- durable     # those whose name or file holds one of the words
 *     npm run explore -- --mutants   # the searches first, and the tests for what these do not find
 *
 * Exit code 1 where one is missed, or a test is red without any change.
 */
const [first, ...others] = process.argv.slice(2);
const isByLayers = first === '--layers';
const words = isByLayers || first === undefined ? others : [first, ...others];
const mutants = all.filter(
  ({ name, file, test }) =>
    words.length === 0 || words.some((word) => `${name} ${file} ${test}`.includes(word)),
);
const sandbox = await Sandbox.make();

function reportOutcome(of: string, wants: Outcome['kind'], outcome: Outcome): boolean {
  const isRight = outcome.kind === wants;
  const why = outcome.kind === 'broken' ? `: ${outcome.reason}` : '';
  process.stdout.write(`${isRight ? 'ok    ' : 'WRONG '} ${outcome.kind.padEnd(7)} ${of}${why}\n`);
  return isRight;
}

async function findByTests(): Promise<boolean> {
  const sound = new Set<string>();
  for (const test of new Set(mutants.map((mutant) => mutant.test)))
    if (reportOutcome(`${test}, as it is`, 'missed', await sandbox.run(test))) sound.add(test);
  let noticed = 0;
  for (const mutant of mutants.filter(({ test }) => sound.has(test)))
    if (reportOutcome(mutant.name, 'noticed', await sandbox.run(mutant.test, mutant))) noticed++;
  process.stdout.write(`${noticed} of ${mutants.length} mutants are noticed\n`);
  return noticed === mutants.length && mutants.length > 0;
}

try {
  const isGood = isByLayers ? await findByLayers(mutants, sandbox) : await findByTests();
  // Vitest sets it for each red run, which here is what is wanted.
  process.exitCode = isGood ? 0 : 1;
} finally {
  await sandbox.close();
}
