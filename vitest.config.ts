import { existsSync } from 'node:fs';
import path from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, mostly waiting for processes: begun last, one of these would run alone while the other core is idle. */
const longest = [
  'src/isolation/breaks',
  'src/isolation/isolation',
  'src/isolation/running',
  'harness/cli/terminal',
  'harness/cli/explore',
  'src/isolation/loss',
  'harness/explore/command/programs',
  'harness/cli/stress',
  'harness/report/formats/schema',
  'harness/cli/pick',
  'src/documents/documents',
  'harness/explore/no-store',
  'harness/explore/idle',
  'src/postgres/receipts',
  'harness/cli/stress-planted',
  'harness/explore/sim/kernel/compare',
  'harness/explore/anchored',
  'harness/explore/sim/executor',
  'src/package',
  'src/isolation/native',
  'src/postgres/conformance',
  'harness/explore/corpus',
  'harness/cli/stress-isolation',
  'src/cli/auth/terminal',
  'src/store/file/queue/crowd',
  'harness/explore/damage',
  'src/store/refresh/refresh',
  'src/store/file/queue/preempted',
  'src/surroundings/swaps',
  'src/cli/engine',
  'harness/explore/evidence/confirm-bare',
  'harness/explore/layouts',
  'harness/cli/bench',
  'src/store/refresh/unstorable',
  'harness/cli/check',
  'src/cli/auth/place',
  'harness/explore/evidence/unsteered',
  'harness/vitest/vitest',
  'harness/cli/init-ci',
  'harness/cli/stress-tokens',
];

/** Without a cache, as in a new clone, Vitest starts with the largest files: their size says nothing of their time. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return place < 0 ? longest.length : place;
    };
    return others.toSorted((one, other) => rank(one) - rank(other));
  }
}

/**
 * Gives tests the modules that were built (src/build.test.helper.ts): to transform the sources, and to evaluate them in each worker, takes
 * a tenth of the processor's time. Not in watch mode, which has to know what a test depends on.
 */
function builtModules(): Plugin {
  let isWatching = false;
  return {
    name: 'built-modules',
    enforce: 'pre',
    configureVitest({ vitest }) {
      isWatching = vitest.config.watch;
    },
    resolveId(name, importer) {
      if (isWatching || importer === undefined || !/^\..*\.js$/.test(name)) return null;
      const place = path.relative(import.meta.dirname, path.resolve(path.dirname(importer), name));
      // Helpers and fixtures belong to their tests, and the mutants are made of the sources. The page's program is for browsers.
      const isOfSources = /\.test\.|\/fixtures\/|^harness\/(mutants|report\/page\/client)\//.test(place);
      if (!/^(src|harness|scenarios)\//.test(place) || isOfSources) return null;
      const built = path.join(import.meta.dirname, 'build', place);
      return existsSync(built) ? { id: built, external: true } : null;
    },
  };
}

export default defineConfig({
  plugins: [builtModules()],
  test: {
    include: ['{src,harness,scenarios}/**/*.test.ts'],
    // `npm test` leaves them out, and `npm run test:full` runs them, too.
    tags: [
      {
        name: 'long',
        description: 'More schedules, stores, places or runtimes of a rule, or what can not be short.',
      },
      // `.ci/run` leaves them out, too.
      {
        name: 'nightly',
        description: 'What takes minutes by itself, of a rule that a long test proves in less.',
      },
    ],
    globalSetup: [
      'src/build.test.helper.ts',
      'src/temporary.test.helper.ts',
      'src/python.test.helper.ts',
      'src/readable-copy.test.helper.ts',
    ],
    server: { deps: { external: [/\/build\//] } },
    // To start a worker, and to import in it what the one before had, takes as much of the processor as a fifth of the tests.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    setupFiles: ['src/each-file.test.helper.ts'],
    env: {
      // Commands that tests run annotate nothing, and add nothing to the summary of the job that runs the tests.
      GITHUB_ACTIONS: '',
      GITHUB_STEP_SUMMARY: '',
      // Each Node that a test starts would parse all certificates of the machine first, a third of what its start takes.
      NODE_EXTRA_CA_CERTS: '',
    },
    // Tests of the whole system start many real processes, and wait for some of them: three files at a time keep two cores busy. A
    // fourth worker would import all modules once more.
    maxWorkers: 3,
    // Most functions of a test run for a moment: to optimize them as early as a server does costs more than it brings. And the
    // other core has its own work to do.
    execArgv: ['--interrupt-budget=540000', '--single-threaded-gc'],
    // Safety nets for what hangs. No test passes or fails by how long something takes.
    testTimeout: 600_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000, interval: 20 } },
    reporters: ['default', 'json'],
    outputFile: { json: 'reports/test-results.json' },
  },
});
