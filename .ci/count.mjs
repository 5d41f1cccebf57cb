// node .ci/count.mjs RESULTS.json ... : how many tests passed, failed, were tried again, and were run by none of the runs that wrote
// these results. Exits with 1 where GitHub's machine skips a test that skipped.json does not name. What another machine lacks is only listed.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const project = path.join(import.meta.dirname, '..');
const read = (place) => JSON.parse(readFileSync(place, 'utf8'));

/** Status of each test: it may be left out of one run and belong to another. */
const tests = new Map();
const retried = [];
for (const place of process.argv.slice(2)) {
  for (const { name, assertionResults, status, message } of read(place).testResults) {
    const file = path.relative(project, name);
    // A file that could not be loaded has no tests, and counts as one.
    if (status === 'failed' && assertionResults.length === 0)
      tests.set(`${file} ${message}`, { title: file, status: 'failed', why: [message] });
    const seen = new Map();
    for (const { fullName, status, meta, failureMessages } of assertionResults) {
      const occurrence = seen.get(fullName) ?? 0;
      seen.set(fullName, occurrence + 1);
      const key = `${file} ${fullName} ${occurrence}`;
      const title = `${file} > ${fullName}`;
      if (meta?.retries > 0) retried.push(`${meta.retries} times: ${title}`);
      if (status === 'failed' || (tests.get(key)?.status ?? 'skipped') === 'skipped')
        tests.set(key, {
          title,
          status: status === 'passed' || status === 'failed' ? status : 'skipped',
          why: failureMessages,
        });
    }
  }
}

const kind = process.env.GITHUB_ACTIONS ? 'GitHub' : process.getuid?.() === 0 ? 'root' : 'other';
const allowed = Object.values(read(path.join(import.meta.dirname, 'skipped.json'))[kind] ?? {}).flat();
const named = (status) => [...tests.values()].flatMap((test) => (test.status === status ? [test.title] : []));
const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map(named);
/** An entry is a file, ` > `, and a part of the full titles that it means. */
const isMeant = (entry, title) => {
  const at = entry.indexOf(' > ') + 3;
  return title.startsWith(entry.slice(0, at)) && title.includes(entry.slice(at), at);
};
const unexpected = skipped.filter((title) => !allowed.some((entry) => isMeant(entry, title)));
const isRun = (entry) => !skipped.some((title) => isMeant(entry, title));

function list(words, titles) {
  if (titles.length > 0) console.log(`\n${words}:\n${titles.map((title) => `  ${title}`).join('\n')}`);
}
list('tried again', retried);
list('named in .ci/skipped.json, and run here', allowed.filter(isRun));
// What other machines lack is not known.
list('skipped, and not named in .ci/skipped.json', kind === 'other' ? [] : unexpected);

/** The beginning of a message: its assertion, and not the whole of what was compared. */
const beginning = (message) => {
  const lines = message.split('\n');
  const shown = lines.slice(0, 12).map((line) => `    ${line.slice(0, 200)}`);
  return [...shown, ...(lines.length > shown.length ? ['    ...'] : [])].join('\n');
};
const failures = [...tests.values()].filter((test) => test.status === 'failed');
// At the end, where who reads only the last lines of a log finds it.
list(
  'failed',
  failures.map(({ title, why = [] }) => [title, ...why.map(beginning)].join('\n')),
);

const more = [
  ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
  ...(retried.length > 0 ? [`${retried.length} retried`] : []),
];
console.log(`\n${[`${passed.length} passed`, `${failed.length} failed`, ...more].join(', ')}`);
if (kind === 'GitHub' && unexpected.length > 0) process.exitCode = 1;
