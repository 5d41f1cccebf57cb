import type { ExploredFailure } from '../evidence/exploration.js';
import { scheduleOf } from './schedule-files.js';

/** A Vitest file that runs a schedule again, and fails as long as the store does. */
export function toRegressionTest(failure: ExploredFailure): string {
  const file = scheduleOf(failure);
  const { target, program, schedule, sentence } = file;
  return `import { replaySchedule, type ScheduleFile } from 'holdfast/harness';
import { expect, it } from 'vitest';

/**
 * ${sentence.replaceAll('*/', '* /')}
 *
 * To see it as a table: npx holdfast explore --target ${JSON.stringify(target)} --clients ${JSON.stringify(program)}
 */
const schedule: ScheduleFile = ${JSON.stringify(file, null, 2)};

it(${JSON.stringify(`${program} (${schedule}) breaks no guarantee`)}, async () => {
  // The calls of a store that is mended are others: the schedule is then followed as far as that is possible.
  const { kind, sentence } = await replaySchedule(schedule, { lenient: true });
  expect([kind, sentence]).toEqual([undefined, undefined]);
}, 60_000);
`;
}
