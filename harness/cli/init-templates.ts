/** What `init` writes, by path. The store is one that loses updates, so that the first run shows what that looks like. */
export const templates: Readonly<Record<string, string>> = {
  'holdfast.config.ts': `import { defineConfig } from 'holdfast/harness';

export default defineConfig({
  targets: ['./holdfast/target.ts'],
  scenarios: ['two-terminals', 'kill-9', './holdfast/scenario.ts'],
  duration: '30s',
});
`,
  'holdfast/target.ts': `import { readFile, writeFile } from 'node:fs/promises';

/** The store under test. This one reads, changes and writes, and so loses updates: open your own here. */
export function open(file: string) {
  const all = async (): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
  return {
    all,
    get: async (key: string) => (await all())[key],
    set: async (key: string, value: unknown) =>
      writeFile(file, JSON.stringify({ ...(await all()), [key]: value })),
    remove: async (key: string) => {
      const { [key]: _, ...others } = await all();
      await writeFile(file, JSON.stringify(others));
    },
  };
}
`,
  'holdfast/scenario.ts': `import { defineScenario } from 'holdfast/harness';

/** Who shares the file, what goes wrong, and what must have happened for a run to count. */
export default defineScenario({
  name: 'busy-and-killed',
  title: 'three programs write at once, and are killed now and then',
  why: 'what users of this project do',
  clients: { tui: 3 },
  faults: [{ kind: 'kill', everyMs: [300, 900] }],
  atLeast: { acknowledged: 20, kills: 1 },
  tags: ['own'],
});
`,
  'holdfast/store.test.ts': `import 'holdfast/vitest';
import { expect, it } from 'vitest';

it('the store loses nothing, in whatever order two processes get on', async () => {
  await expect('./target.ts').toLoseNothing();
}, 300_000);
`,
};
