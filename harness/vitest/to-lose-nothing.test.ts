import { describe, expect, it } from 'vitest';
import type { Report, RunResult } from '../core/report.js';
import { toLoseNothing } from './to-lose-nothing.js';

const report = (result: RunResult): Report => ({
  schema: 1,
  result,
  seed: 1,
  durationMs: 1,
  controls: [],
  scenarios: [],
});

describe('the matcher and the report of a run', () => {
  it.each([
    ['valid', true, 'to lose something'],
    ['invalid', false, 'to lose nothing'],
  ] as const)('a run that is %s decides', async (result, pass, said) => {
    const matched = await toLoseNothing(report(result));
    expect([matched.pass, matched.message()]).toEqual([pass, expect.stringContaining(said)]);
  });

  it.each(['unknown', 'blind', 'interrupted'] as const)(
    'a run that is %s proves neither the assertion nor its contrary',
    async (result) => {
      await expect(toLoseNothing(report(result))).rejects.toThrow(
        `the run is ${result}, so it proves neither`,
      );
    },
  );

  it.each([[7], [null], [undefined], [{ schema: 2 }], [new URL('https://example.com/store.js')]])(
    'what is no store and no report is refused: %j',
    async (received) => {
      await expect(toLoseNothing(received)).rejects.toThrow(
        'expected the path of a module that opens a store',
      );
    },
  );
});
