import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { NothingMatchedError, UsageError } from '../../../src/cli/usage-error.js';
import type { ExploredFailure, ScheduleFile } from '../evidence/exploration.js';

/** The schedules of known bugs that come with the harness. */
export const corpusDirectory = fileURLToPath(new URL('../../../../scenarios/schedules/', import.meta.url));

/** What is kept of a failure. */
export function scheduleOf(failure: ExploredFailure): ScheduleFile {
  const { schema, id, target, program, command, faults, conditions, seed, schedule, kind, sentence, calls } =
    failure;
  return {
    schema,
    id,
    target,
    program,
    ...(command ? { command } : {}),
    faults,
    ...(conditions ? { conditions } : {}),
    seed,
    schedule,
    kind,
    sentence,
    calls,
  };
}

/** @returns the path of the file */
export function saveSchedule(failure: ExploredFailure, directory: string): string {
  const file = scheduleOf(failure);
  mkdirSync(directory, { recursive: true });
  const name = path.join(directory, `${file.id}.json`);
  writeFileSync(name, `${JSON.stringify(file, null, 2)}\n`);
  return name;
}

/**
 * Finds a schedule by the path of its file, or by its id: below `reports`, or among the known bugs.
 * @throws NothingMatchedError if there is none, UsageError if it is not one
 */
export function loadSchedule(wanted: string, from: string): ScheduleFile {
  const direct = path.resolve(from, wanted);
  const names = [
    direct,
    ...placesBelow(path.join(from, 'reports'), wanted),
    path.join(corpusDirectory, `${wanted}.json`),
  ];
  const name = names.find((one) => existsSync(one) && one.endsWith('.json'));
  if (name === undefined)
    throw new NothingMatchedError(
      `no schedule "${wanted}"`,
      'expected the path of a file, or an id that a search has printed',
    );
  return parseScheduleFile(readFileSync(name, 'utf8'), name);
}

function placesBelow(reports: string, id: string): string[] {
  if (!existsSync(reports)) return [];
  return readdirSync(reports, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(reports, name, 'schedules', `${id}.json`));
}

function parseScheduleFile(text: string, name: string): ScheduleFile {
  let value: Partial<ScheduleFile> | null = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Reported below.
  }
  if (value?.schema !== 1 || typeof value.schedule !== 'string' || typeof value.program !== 'string')
    throw new UsageError(`${name} is no schedule`, 'expected a file that a search has written');
  return value as ScheduleFile;
}
