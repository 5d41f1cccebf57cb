import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyTo, type Mutant } from './mutant.js';

export const project = fileURLToPath(new URL('../..', import.meta.url));
const copied = ['src', 'harness', 'scenarios', 'package.json', 'tsconfig.json'];
const config = `export default {
  test: { include: ['**/*.test.ts'], testTimeout: 60_000, reporters: [['json', { outputFile: 'results.json' }]] },
};`;

/** How a test file went: `missed` holds no failure, `broken` could not be run, so nothing can be said of it. */
export type Outcome =
  | { kind: 'noticed'; titles: string[] }
  | { kind: 'missed' }
  | { kind: 'broken'; reason: string };

interface Results {
  numTotalTests: number;
  testResults: {
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

/** A copy of the source in a temporary directory, where it can be broken. Tests that run the built command are not for it. */
export class Sandbox {
  readonly #root = mkdtempSync(path.join(tmpdir(), 'holdfast-mutants-'));

  constructor() {
    for (const name of copied)
      cpSync(path.join(project, name), path.join(this.#root, name), { recursive: true });
    writeFileSync(path.join(this.#root, 'vitest.config.mjs'), config);
    symlinkSync(path.join(project, 'node_modules'), path.join(this.#root, 'node_modules'));
  }

  /** Runs a test file against the mutant, or against the source as it is. */
  run(test: string, mutant?: Mutant): Outcome {
    if (!mutant) return this.#test(test);
    const place = path.join(this.#root, mutant.file);
    const source = readFileSync(place, 'utf8');
    try {
      writeFileSync(place, applyTo(source, mutant));
      return this.#test(test);
    } finally {
      writeFileSync(place, source);
    }
  }

  close(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #test(test: string): Outcome {
    const output = path.join(this.#root, 'results.json');
    rmSync(output, { force: true });
    const vitest = path.join(project, 'node_modules/vitest/vitest.mjs');
    const { stderr } = spawnSync(process.execPath, [vitest, 'run', test], {
      cwd: this.#root,
      encoding: 'utf8',
    });
    return outcomeOf(readResults(output), stderr);
  }
}

function readResults(output: string): Results | undefined {
  try {
    return JSON.parse(readFileSync(output, 'utf8'));
  } catch {
    // The runner itself has failed: its own words tell more.
    return undefined;
  }
}

/** A file that could not be loaded fails as well, and shows nothing. */
function outcomeOf(results: Results | undefined, stderr: string): Outcome {
  if (!results) return { kind: 'broken', reason: stderr.slice(-500) };
  const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults);
  if (tests.length === 0)
    return { kind: 'broken', reason: results.testResults.map(({ message }) => message).join('\n') };
  const titles = tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  return titles.length > 0 ? { kind: 'noticed', titles } : { kind: 'missed' };
}
