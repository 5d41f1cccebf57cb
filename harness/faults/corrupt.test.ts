import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '../workload/random.js';
import { damage } from './corrupt.js';

const kinds = ['truncated', 'empty', 'garbage', 'half', 'wrong-type'] as const;

it.each(kinds)('a file that is damaged as "%s" is never a JSON object: that would be an edit', (kind) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer(), (entries, seed) => {
      const damaged = damage(Buffer.from(JSON.stringify(entries, null, 2)), kind, new Random(seed, 'test'));
      let value: unknown;
      try {
        value = JSON.parse(damaged.toString());
      } catch {
        return;
      }
      expect(typeof value !== 'object' || value === null || Array.isArray(value)).toBe(true);
    }),
  );
});
