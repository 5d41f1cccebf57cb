import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, vi } from 'vitest';
import type * as ConfirmBare from './evidence/confirm-bare.js';
import type * as CellModule from './execution/cell.js';
import { type ExecutionOptions, noFaults } from './execution/executed.js';
import type * as Explore from './explore.js';
import type * as Bundle from './process/bundle.js';
import { parseProgram } from './schedule/program.js';
import type * as Search from './search/search.js';

// Each execution starts real processes, which a loaded machine keeps waiting.
vi.setConfig({ testTimeout: 600_000 });

/** As built: client processes load the gate from there. */
const built = (name: string) => new URL(`../../dist/harness/explore/${name}.js`, import.meta.url).href;
export const { confirmBare } = (await import(built('evidence/confirm-bare'))) as typeof ConfirmBare;
const explorer = (await import(built('explore'))) as typeof Explore;
export const { replaySchedule } = explorer;
const { Cell } = (await import(built('execution/cell'))) as typeof CellModule;
const { bundleTarget } = (await import(built('process/bundle'))) as typeof Bundle;
export const { follow, search } = (await import(built('search/search'))) as typeof Search;

/** In one thread, unless told otherwise: another test file runs beside, and two that wait for each other's turns take longer. */
export const explore: typeof Explore.explore = (options) => explorer.explore({ threads: 1, ...options });

export const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

export function optionsFor(program: string, more: Partial<ExecutionOptions> = {}): ExecutionOptions {
  return {
    ...{ program: parseProgram(program), faults: noFaults, seed: 1, details: true, killsForReal: false },
    ...{ skipsKnownAudits: false, label: 'target', ...more },
  };
}

/** A place for executions of a fixture, gone when the tests of the file are over. */
export async function cellFor(name: string, isFresh = false): Promise<CellModule.Cell> {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-explore-test-'));
  const module = new URL(`./fixtures/${name}`, import.meta.url).href;
  const bundle = path.join(directory, 'target.cjs');
  if (!isFresh) await bundleTarget(module, bundle);
  const cell = new Cell(
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
