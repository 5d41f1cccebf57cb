import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVitest, type TestModule, type Vitest } from 'vitest/node';
import { applyTo, type Mutant } from './mutant.js';

export const project = fileURLToPath(new URL('../..', import.meta.url));
const copied = ['src', 'harness', 'scenarios', 'package.json', 'tsconfig.json'];

/** How a test file went: `missed` holds no failure, `broken` could not be run, so nothing can be said of it. */
export type Outcome =
  | { kind: 'noticed'; titles: string[] }
  | { kind: 'missed' }
  | { kind: 'broken'; reason: string };

/**
 * A copy of the source in a temporary directory, where it can be broken, and one test runner that stays: to start one for
 * each change would take longer than the tests. Tests that run the built command are not for it.
 */
export class Sandbox {
  readonly #root: string;
  readonly #vitest: Vitest;

  private constructor(root: string, vitest: Vitest) {
    this.#root = root;
    this.#vitest = vitest;
  }

  static async make(): Promise<Sandbox> {
    const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-mutants-')));
    for (const name of copied) cpSync(path.join(project, name), path.join(root, name), { recursive: true });
    symlinkSync(path.join(project, 'node_modules'), path.join(root, 'node_modules'));
    // No file is watched: each change is announced.
    const options = {
      root,
      config: false as const,
      include: ['**/*.test.ts'],
      watch: false,
      reporters: [{}],
      testTimeout: 60_000,
      // Processes that a test starts run what was built, without the change: only what is done in the test itself is broken.
      provide: { installation: project },
      // All that a test file has: a name that is not known here would be an error.
      tags: [{ name: 'long' }, { name: 'nightly' }],
    };
    return new Sandbox(root, await createVitest('test', options));
  }

  /** Runs a test file against the mutant, or against the source as it is. */
  async run(test: string, mutant?: Mutant): Promise<Outcome> {
    if (!mutant) return this.#test(test);
    const place = path.join(this.#root, mutant.file);
    const source = readFileSync(place, 'utf8');
    try {
      this.#write(place, applyTo(source, mutant));
      return await this.#test(test);
    } finally {
      this.#write(place, source);
    }
  }

  async close(): Promise<void> {
    await this.#vitest.close();
    rmSync(this.#root, { recursive: true, force: true });
  }

  #write(place: string, text: string): void {
    writeFileSync(place, text);
    this.#vitest.invalidateFile(place);
  }

  async #test(test: string): Promise<Outcome> {
    const specifications = await this.#vitest.globTestSpecifications([test]);
    const { testModules, unhandledErrors } = await this.#vitest.runTestSpecifications(specifications);
    // The runner remembers those of earlier runs, too.
    const isAsked = ({ moduleId }: TestModule) => specifications.some((asked) => asked.moduleId === moduleId);
    return outcomeOf(testModules.filter(isAsked), unhandledErrors);
  }
}

/** A file that could not be loaded fails as well, and shows nothing. */
function outcomeOf(modules: readonly TestModule[], unhandled: readonly unknown[]): Outcome {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const titles = tests.filter((test) => test.result().state === 'failed').map(({ fullName }) => fullName);
  if (titles.length > 0) return { kind: 'noticed', titles };
  const errors = [...modules.flatMap((module) => module.errors()), ...unhandled];
  if (tests.length > 0 && errors.length === 0) return { kind: 'missed' };
  return {
    kind: 'broken',
    reason: errors.map((error) => (error as Error).message).join('\n') || 'no test in it',
  };
}
