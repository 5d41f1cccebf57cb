/**
 * Puts a store to the test in Vitest: importing it adds the matcher `toLoseNothing`.
 *
 * @example
 * ```ts
 * import 'holdfast/vitest';
 * import { expect, it } from 'vitest';
 *
 * it('my store loses nothing', () => expect('./my-store.ts').toLoseNothing(), 300_000);
 * ```
 * @module holdfast/vitest
 */

import { expect, test } from 'vitest';
import { type StressInTest, stressFor } from './stress-fixture.js';
import { type LoseNothingOptions, toLoseNothing } from './to-lose-nothing.js';

export type { LoseNothingOptions, StressInTest };

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: all declarations of it must have the parameters of Vitest's own
  interface Matchers<T = any> {
    /**
     * Searches the interleavings of two or more processes that use a store for one in which a guarantee is broken. The failure is the
     * table of its steps, the id of its schedule, and the command that runs it again. Give the test some minutes: a search takes
     * seconds to find a loss, and longer to find none.
     *
     * Of what is no path, URL or name of a store, only a report of `stress` is taken.
     */
    toLoseNothing(options?: LoseNothingOptions): Promise<void>;
  }
}

expect.extend({
  toLoseNothing(received: unknown, options?: LoseNothingOptions) {
    return toLoseNothing(received, options, this.testPath);
  },
});

/**
 * A test with `stress`: runs scenarios with real processes, and keeps the reports of a test that has failed.
 *
 * @example
 * ```ts
 * holdfastTest('it survives kills', async ({ stress }) => {
 *   const report = await stress({ targets: ['./my-store.ts'], scenarios: ['kill-9'], durationMs: 20_000 });
 *   await expect(report).toLoseNothing();
 * }, 120_000);
 * ```
 */
export const holdfastTest = test.extend<{ stress: StressInTest }>({
  stress: async ({ signal, task, onTestFinished }, use) => {
    await use(stressFor({ signal, task, onTestFinished }));
  },
});
