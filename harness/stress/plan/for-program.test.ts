import { describe, expect, it } from 'vitest';
import { knownTarget, type Probed } from '../../history/evidence.js';
import { sizedFor } from './for-program.js';
import type { PlannedRun } from './plan.js';

const run = { clients: { tui: 4 }, workload: { ownKeys: 100 }, workMs: 50_000 } as unknown as PlannedRun;
const probed = (changeMs: number): Probed => ({
  ...knownTarget,
  program: { changeMs, callMsMax: 60_000, outside: {} },
});
const sized = (changeMs: number) => {
  const { workMs, workload } = sizedFor(probed(changeMs), run);
  return [workload?.operationsMax, workMs];
};

describe('a run on a program whose length the user leaves open', () => {
  it('a quick program is through after 500 commands of each client, long before the time is over', () => {
    expect(sized(0)).toEqual([500, 50_000]);
    expect(sized(20)).toEqual([500, 50_000]);
  });

  it('a program in between runs as many commands as fit alone into the time', () => {
    expect(sized(500)).toEqual([100, 50_000]);
  });

  it('a slow program gets the time for ten commands of each client, two at a time', () => {
    expect(sized(6000)).toEqual([10, 120_000]);
  });

  it('a module goes on until the time is over', () => {
    expect(sizedFor(knownTarget, run)).toBe(run);
  });
});
