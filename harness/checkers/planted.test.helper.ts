import { describe, expect, test } from 'vitest';
import type { Finding } from '../core/verdict.js';
import { run } from './fixtures.test.helper.js';
import { judge } from './index.js';

/** A rule, a history that breaks it once, and its twin that does not. */
export interface Planted {
  rule: string;
  planted: string;
  healthy: string;
  found: Pick<Finding, 'kind' | 'guarantee' | 'operations'> & { key?: string; sentence?: RegExp };
}

/** Tests that each planted violation is found, exactly once and under its right name, and that nothing else is. */
export function describePlanted(cases: readonly Planted[]): void {
  describe.each(cases)('$rule', ({ planted, healthy, found }) => {
    const { sentence, ...rest } = found;

    test('the checker reports exactly one finding where the rule is broken', () => {
      const { findings, checks } = judge(run(planted));
      expect(findings).toEqual([expect.objectContaining(rest)]);
      if (sentence) expect(findings[0]?.sentence).toMatch(sentence);
      expect(checks[found.guarantee]).toEqual({
        result: 'invalid',
        summary: expect.stringContaining(findings[0]?.sentence ?? 'a sentence'),
      });
    });

    test('the checker reports nothing where the rule holds', () => {
      expect(judge(run(healthy)).findings).toEqual([]);
    });
  });
}
