import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, TestRunner } from 'vitest';

import type * as Built from './built.test.helper.js';
import { type ExecutionOptions, noFaults } from './execution/executed.js';
import { parseProgram } from './schedule/program.js';

/** As it is shipped: client processes load the gate from there. */
const built = new URL('../../dist/harness/explore/built.test.helper.js', import.meta.url).href;
const {
  bundleTarget,
  GatedPool,
  SimPool,
  explore: exploreBuilt,
  ...rest
} = (await import(built)) as typeof Built;
export const { confirmBare, doubtMemories, follow, makeStrategy, RandomWalk, replaySchedule, search } = rest;

/**
 * In one thread, unless told otherwise: another test file runs beside, and two that wait for each other's turns take longer. And
 * also with one writer: most tests are about the search, and not about what it finds.
 */
export const explore: typeof Built.explore = (options) =>
  exploreBuilt({ threads: 1, oneWriter: true, ...options });

export const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

const hasStrace = spawnSync('strace', ['-f', 'true']).status === 0;

/** Ends a test as skipped where strace is missing. What comes before proves what can be proved without it. */
export function needsStrace(): void {
  if (!hasStrace)
    TestRunner.getCurrentTest()?.context.skip(
      'strace is not to be had here: its part of the rule is untried',
    );
}

export function optionsFor(program: string, more: Partial<ExecutionOptions> = {}): ExecutionOptions {
  return {
    ...{ program: parseProgram(program), faults: noFaults, seed: 1, details: true, killsForReal: false },
    ...{ skipsKnownAudits: false, label: 'target', ...more },
  };
}

/** A place for executions of a fixture, a target that ships or the module at an absolute path, gone when the tests of the file are over. */
export async function poolFor(name: string, isFresh = false): Promise<Built.GatedPool> {
  const { directory, bundle, setup } = await placeFor(name, isFresh ? 'none' : 'gated');
  const pool = new GatedPool(directory, { ...setup, ...(isFresh ? {} : { bundle }) }, isFresh);
  afterAll(() => {
    pool.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return pool;
}

/** The same, where clients are virtual processes. @param usesMemo false where every program is run from the beginning each time */
export async function simPoolFor(name: string, usesMemo = true): Promise<Built.SimPool> {
  const { directory, bundle, setup } = await placeFor(name, 'simulated');
  const pool = new SimPool({ ...setup, bundle }, { usesMemo });
  rmSync(directory, { recursive: true, force: true });
  return pool;
}

async function placeFor(label: string, bundled: 'none' | 'gated' | 'simulated') {
  const [name = '', query = ''] = label.split('?');
  const options = Object.fromEntries(new URLSearchParams(query));
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-explore-test-'));
  const shipped = new URL(`../../dist/harness/targets/${name}.js`, import.meta.url);
  const fixtures = new URL('./fixtures/', import.meta.url);
  const module = name.includes('.') ? new URL(name, fixtures).href : shipped.href;
  const bundle = path.join(directory, 'target.cjs');
  if (bundled !== 'none') await bundleTarget(module, bundle, { isSimulated: bundled === 'simulated' });
  return { directory, bundle, setup: { module, label, options } };
}

/** Runs what must not begin in a microtask, as a test does after its first `await`. */
export function inTurn<T>(run: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(run());
      } catch (error) {
        reject(error);
      }
    });
  });
}
