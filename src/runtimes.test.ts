import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, type TestOptions } from 'vitest';
import { commandOf, Lab, type RuntimeName } from './conformance/case.js';
import { cases } from './conformance/index.js';
import { processes } from './conformance/processes.js';
import type { CaseResult } from './conformance/run.js';
import { sharedTokens } from './conformance/tokens.js';
import { long } from './tiers.test.helper.js';

/** The contract of the store and of the tokens on every runtime that is there: the very same cases, built, in processes of that runtime. */
const project = fileURLToPath(new URL('..', import.meta.url));
const built = (name: string) => path.join(project, 'dist', 'src', 'conformance', name);

interface Found {
  label: string;
  name: RuntimeName;
  executable: string | undefined;
}

/** What `.ci/runtimes/install` has brought, or else what is on the PATH. */
function find(label: string, name: RuntimeName): Found {
  const places = [
    path.join(project, '.ci', 'runtimes', 'bin'),
    ...(process.env.PATH ?? '').split(path.delimiter),
  ];
  const executable = places.map((place) => path.join(place, label)).find((file) => existsSync(file));
  return { label, name, executable };
}

const thisNode: Found = {
  label: `node ${process.versions.node}`,
  name: 'node',
  executable: process.execPath,
};
const found: Found[] = [
  thisNode,
  find('node22', 'node'),
  find('node24', 'node'),
  find('bun', 'bun'),
  find('deno', 'deno'),
];
const isThere = (runtime: Found): runtime is Found & { executable: string } =>
  runtime.executable !== undefined;

/** Runs these cases there, once; the results come one by one. */
function runAll({ name, executable }: Found & { executable: string }, names: readonly string[]) {
  const [command = '', ...flags] = commandOf(name, executable);
  const child = spawn(command, [...flags, built('run.js'), ...names], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ends = new Map<string, (result: CaseResult) => void>();
  const results = new Map(
    names.map((name) => [name, new Promise<CaseResult>((resolve) => ends.set(name, resolve))] as const),
  );
  let complaint = '';
  child.stderr.on('data', (data: Buffer) => {
    complaint += data;
  });
  createInterface({ input: child.stdout })
    .on('line', (line) => {
      const result = JSON.parse(line) as CaseResult;
      ends.get(result.name)?.(result);
    })
    .on('close', () => {
      for (const [name, end] of ends) end({ name, result: 'failed', reason: `it was not run: ${complaint}` });
    });
  return { results, child };
}

const nameOf = (runtime: Found) =>
  isThere(runtime)
    ? `on ${runtime.label}`
    : `on ${runtime.label} (skipped: not there; .ci/runtimes/install brings it)`;

/** Of two that prove of several processes that no change is lost, the one in which they change the same entry is enough. */
const isDear = (name: string) => /processes with/.test(name);
const all = cases.map(({ name }) => name);
const tiers: [Found, readonly string[], TestOptions][] = [
  [thisNode, all.filter((name) => !isDear(name)), {}],
  [thisNode, all.filter(isDear), long],
  ...found.slice(1).map((other): [Found, readonly string[], TestOptions] => [other, all, long]),
];

for (const [runtime, names, tier] of tiers) {
  if (!isThere(runtime)) process.stderr.write(`${nameOf(runtime)}\n`);

  describe.skipIf(!isThere(runtime))(nameOf(runtime), tier, () => {
    let results = new Map<string, Promise<CaseResult>>();
    let child: ChildProcess | undefined;
    beforeAll(() => {
      if (isThere(runtime)) ({ results, child } = runAll(runtime, names));
    });
    afterAll(() => child?.kill('SIGKILL'));

    it.for(names)('%s', async (name, context) => {
      const { result, reason } = (await results.get(name)) ?? expect.fail('no such case');
      if (result === 'skipped') context.skip(reason);
      expect(reason).toBeUndefined();
      expect(result).toBe('passed');
    });
  });
}

const others = found.filter(isThere);
const mix = others.map(({ name, executable }) => commandOf(name, executable));

describe.skipIf(mix.length < 2)(
  `the contract on one file, with mixed runtimes: ${others.map(({ label }) => label).join(', ')}`,
  long,
  () => {
    it.for([...processes, ...sharedTokens].map(({ name, run }) => [name, run] as const))(
      '%s',
      async ([, run]) => {
        // Those that come first take the first turns.
        for (const commands of [mix, mix.toReversed()]) {
          const lab = new Lab(built('programs.js'), commands);
          onTestFinished(() => lab.close());
          await run(lab);
        }
      },
    );
  },
);
