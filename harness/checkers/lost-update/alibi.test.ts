import { expect, test } from 'vitest';
import type { Finding } from '../../core/verdict.js';
import { Random } from '../../workload/random.js';
import { judge } from '../index.js';
import { type Simulated, simulateAuthors } from './authors.test.helper.js';

/** When the reader last saw the entry, and when it first missed it; undefined where no content shows one of them. */
function sights({ run }: Simulated, { versions }: Finding) {
  const timeOf = (version: number | undefined) => run.files.find((file) => file.version === version);
  const [last, first] = [timeOf(versions?.seenIn), timeOf(versions?.goneIn)];
  return { seen: last && (last.seen ?? last.time), gone: first?.until };
}

/** Leaves out contents as a slow reader does, and says until when those before them were seen unchanged. */
function withMissedVersions(one: Simulated, random: Random): Simulated {
  const kept = [...one.run.files].filter((_, at) => at === 0 || random.int(1, 10) <= 6);
  const files: typeof kept = [];
  let entries: Record<string, string> = {};
  const all = [...one.run.files];
  const contents = new Map<number, Record<string, string>>();
  for (const { version, broken, set, removed } of all) {
    if (broken !== null) continue;
    entries = Object.fromEntries(
      Object.entries({ ...entries, ...set }).filter(([key]) => !removed.includes(key)),
    );
    contents.set(version, entries);
  }
  let before: Record<string, string> = {};
  for (const file of kept) {
    const moment = one.looks.get(file.version) ?? file.time;
    const next = one.writes.find(({ time }) => time > moment)?.time ?? moment;
    const seen = Math.max(file.time, random.int(0, 1) === 0 ? file.time : next - 1);
    if (file.broken !== null) {
      files.push({ ...file, seen });
      continue;
    }
    const now = contents.get(file.version) ?? {};
    const set = Object.fromEntries(Object.entries(now).filter(([key, value]) => before[key] !== value));
    const removed = Object.keys(before).filter((key) => !(key in now));
    files.push({ ...file, set, removed, seen });
    before = now;
  }
  return { ...one, run: { ...one.run, files } };
}

test('no suspect began after the entry was seen gone, or had returned before it was last seen, whatever the reader missed', () => {
  const random = new Random(7, 'alibi');
  let blamed = 0;
  let withBoth = 0;
  for (let n = 0; n < 80; n++) {
    const one = withMissedVersions(simulateAuthors(random), random);
    const operations = new Map(one.run.operations.map((operation) => [operation.id, operation]));
    for (const finding of judge(one.run).findings) {
      const { seen, gone } = sights(one, finding);
      for (const id of finding.blame?.suspects ?? []) {
        const suspect = operations.get(id);
        blamed++;
        if (seen !== undefined && gone !== undefined) withBoth++;
        expect(suspect?.begin, finding.sentence).toBeLessThanOrEqual(gone ?? Number.POSITIVE_INFINITY);
        expect(suspect?.end, finding.sentence).toBeGreaterThanOrEqual(seen ?? Number.NEGATIVE_INFINITY);
      }
    }
  }
  expect(withBoth).toBeGreaterThan(30);
  expect(blamed).toBeGreaterThan(withBoth);
});
