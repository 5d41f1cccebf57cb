// node .ci/count.mjs RESULTS.json ... : how many tests passed, failed, and were run by none of the runs that wrote these results.
import { readFileSync } from 'node:fs';

/** Status of each test: it may be left out of one run and belong to another. */
const tests = new Map();
for (const place of process.argv.slice(2)) {
  for (const { name, assertionResults, status, message } of JSON.parse(readFileSync(place, 'utf8'))
    .testResults) {
    // A file that could not be loaded has no tests, and counts as one.
    if (status === 'failed' && assertionResults.length === 0) tests.set(`${name} ${message}`, 'failed');
    const seen = new Map();
    for (const { fullName, status } of assertionResults) {
      const occurrence = seen.get(fullName) ?? 0;
      seen.set(fullName, occurrence + 1);
      const key = `${name} ${fullName} ${occurrence}`;
      if (status === 'failed' || tests.get(key) === undefined || tests.get(key) === 'skipped')
        tests.set(key, status === 'passed' || status === 'failed' ? status : 'skipped');
    }
  }
}
const count = (wanted) => [...tests.values()].filter((status) => status === wanted).length;
const skipped = count('skipped');
console.log(
  `\n${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);
