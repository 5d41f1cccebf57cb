import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { bareReport as report } from '../core/report.test.helper.js';
import type { Baseline, RunResult } from '../index.js';
import { codeOf, compareRun, takeBaseline } from './baseline.js';
import { newDirectory } from './command.test.helper.js';

const other: Baseline = {
  schema: 1,
  bounds: { p99: 4, throughput: 4 },
  rows: [{ scenario: 'a', target: 'mine', checks: { G1: 'valid' }, violations: {} }],
};

/** A file of a baseline, or of what is none. */
function fileOf(content: unknown): string {
  const file = path.join(newDirectory(), 'baseline.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('the baseline of a run that has ended', () => {
  it.each<[RunResult, number]>([
    ['valid', exitCodes.nothingMatched],
    ['unknown', exitCodes.unknown],
    ['invalid', exitCodes.invalid],
    ['blind', exitCodes.blind],
    ['interrupted', exitCodes.interrupted],
  ])(
    'a run that is %s, and has nothing in common with its baseline, keeps its report and is not green',
    async (result, code) => {
      const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      const comparison = await compareRun(report(result), takeBaseline({ compare: fileOf(other) }));
      const text = said.mock.calls.join('');
      said.mockRestore();
      expect(text).toContain('has no scenario of this run, so nothing was compared');
      expect(codeOf(result, comparison)).toBe(code);
    },
  );

  it.each<RunResult>(['blind', 'interrupted'])(
    'a run that is %s is not kept, and has its own exit code',
    async (result) => {
      const file = path.join(newDirectory(), 'baseline.json');
      const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      const comparison = await compareRun(report(result), takeBaseline({ updateBaseline: file }));
      const text = said.mock.calls.join('');
      said.mockRestore();
      expect([text, existsSync(file)]).toEqual([
        `${file} was not written: the run is ${result}, and no measure for others\n`,
        false,
      ]);
      expect(codeOf(result, comparison)).toBe(exitCodes[result]);
    },
  );

  it('the bounds of the file that is replaced stay', async () => {
    const file = fileOf({ ...other, bounds: { p99: 2, throughput: 3 } });
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await compareRun(report('valid'), takeBaseline({ updateBaseline: file }));
    said.mockRestore();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      ...other,
      bounds: { p99: 2, throughput: 3 },
      rows: [],
    });
  });
});

describe('a file that is no baseline', () => {
  const row = other.rows[0];
  it.each<[string, unknown, string]>([
    ['cut', '{"schema":1,', "can't be compared with"],
    ['empty', '', "can't be compared with"],
    ['null', null, 'is no baseline'],
    ['of a later version', { ...other, schema: 2 }, 'is no baseline'],
    ['with a row that is none', { ...other, rows: [null] }, 'is no baseline'],
    [
      'with a ratio that is none',
      { ...other, rows: [{ ...row, ratios: { p99: null, throughput: 1 } }] },
      'is no baseline',
    ],
    ['without bounds', { ...other, bounds: undefined }, 'its bounds are no numbers from 1'],
  ])('one that is %s is refused before the run, by both options', (_, content, said) => {
    const file = fileOf(content);
    expect(() => takeBaseline({ compare: file })).toThrow(said);
    expect(() => takeBaseline({ updateBaseline: file })).toThrow(said);
  });
});
