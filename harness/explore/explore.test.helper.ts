import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type * as Built from './built.test.helper.js';
import { type ExecutionOptions, noFaults } from './execution/executed.js';
import { parseProgram } from './schedule/program.js';

/** As it is shipped: client processes load the gate from there. */
const built = new URL('../../dist/harness/explore/built.test.helper.js', import.meta.url).href;
const { bundleTarget, GatedCell, explore: exploreBuilt, ...rest } = (await import(built)) as typeof Built;
export const { confirmBare, follow, replaySchedule, search } = rest;

/** In one thread, unless told otherwise: another test file runs beside, and two that wait for each other's turns take longer. */
export const explore: typeof Built.explore = (options) => exploreBuilt({ threads: 1, ...options });

export const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

export function optionsFor(program: string, more: Partial<ExecutionOptions> = {}): ExecutionOptions {
  return {
    ...{ program: parseProgram(program), faults: noFaults, seed: 1, details: true, killsForReal: false },
    ...{ skipsKnownAudits: false, label: 'target', ...more },
  };
}

/** A place for executions of a fixture, gone when the tests of the file are over. */
export async function cellFor(name: string, isFresh = false): Promise<Built.GatedCell> {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-explore-test-'));
  const module = new URL(`./fixtures/${name}`, import.meta.url).href;
  const bundle = path.join(directory, 'target.cjs');
  if (!isFresh) await bundleTarget(module, bundle);
  const cell = new GatedCell(
    directory,
    { module, label: name, options: {}, ...(isFresh ? {} : { bundle }) },
    isFresh,
  );
  afterAll(() => {
    cell.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return cell;
}
