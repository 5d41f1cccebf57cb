import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** The style that a reader relies on, executed. */
const project = fileURLToPath(new URL('..', import.meta.url));

interface Source {
  file: string;
  text: string;
}

const sources: Source[] = ['src', 'harness', 'scenarios'].flatMap((folder) =>
  readdirSync(path.join(project, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name))
    .map((file) => ({ file, text: readFileSync(path.join(project, file), 'utf8') })),
);
const isTest = ({ file }: Source) => /\.test\.(helper\.)?ts$|\/(fixtures|conformance)\//.test(file);
const product = sources.filter((source) => !isTest(source));

/** The files of the project that a file imports, relative to the project. */
function importsOf({ file, text }: Source): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g)].map(
    ([, specifier = '']) => specifier,
  );
  return specifiers.map((specifier) => path.join(path.dirname(file), specifier));
}

/** Every import from a file that matches one pattern to a file that matches another. */
function importsBetween(from: RegExp, to: RegExp): string[] {
  return product
    .filter(({ file }) => from.test(file))
    .flatMap((source) => importsOf(source).map((imported) => ({ file: source.file, imported })))
    .filter(({ imported }) => to.test(imported))
    .map(({ file, imported }) => `${file} imports ${imported}`);
}

describe('the direction of imports', () => {
  it('the product imports nothing of the harness, but for the one place that puts both together', () => {
    expect(importsBetween(/^src\//, /^(harness|scenarios)\//)).toEqual([
      'src/cli/main.ts imports harness/cli/index.js',
    ]);
  });
  it('the harness imports of the product only what its targets, its commands, usage errors, durations and helpers need, and the width of text', () => {
    const shared = /^src\/(?!duration\.|cli\/(usage-error|closest|text)\.|native\/)/;
    expect(importsBetween(/^harness\/(?!targets\/|cli\/)/, shared)).toEqual([]);
    expect(importsBetween(/^harness\/cli\//, /^src\/(?!cli\/[\w-]+\.js$)/)).toEqual([]);
  });
  it('a lower floor of the harness imports nothing of a higher one', () => {
    const floors = [
      ['history'],
      ['core', 'linearizable', 'programs'],
      ['checkers', 'workload', 'formats', 'targets'],
      ['faults', 'report', 'line'],
      ['clients', 'check'],
      ['stress'],
      ['explore'],
      ['bench'],
      ['cli'],
    ];
    const upward = floors.flatMap((rooms, floor) => {
      const above = floors.slice(floor + 1).flat();
      if (above.length === 0) return [];
      return importsBetween(
        new RegExp(`^harness/(${rooms.join('|')})/`),
        new RegExp(`^harness/(${above.join('|')})/`),
      );
    });
    expect(upward).toEqual([]);
  });
  it('a lower floor of explore imports nothing of a higher one', () => {
    const floors = ['schedule', 'world', 'execution', 'search', 'evidence', 'report'];
    const upward = floors.flatMap((room, floor) => {
      const above = floors.slice(floor + 1);
      if (above.length === 0) return [];
      return importsBetween(
        new RegExp(`^harness/explore/${room}/`),
        new RegExp(`^harness/explore/(${above.join('|')})/`),
      );
    });
    expect(upward).toEqual([]);
  });
  it('the checkers import the history and nothing that made it', () => {
    const known = /^(?!harness\/(core|history|linearizable|checkers)\/|src\/cli\/usage-error)/;
    expect(importsBetween(/^harness\/(checkers|linearizable)\//, known)).toEqual([]);
  });
  it('no file imports the scenarios, which the harness finds as data', () => {
    expect(importsBetween(/^(src|harness)\//, /^scenarios\//)).toEqual([]);
  });
  it('only src/store/store.ts imports the file backend', () => {
    expect(importsBetween(/^src\/(?!store\/(file\/|store\.ts))/, /^src\/store\/file\//)).toEqual([]);
  });
  it('the store knows nothing of etcd, so that a program with a file carries none of it', () => {
    expect(importsBetween(/^src\/(?!etcd\/)/, /^src\/etcd\//)).toEqual([]);
    expect(importsBetween(/^src\/etcd\//, /^src\/(?!etcd\/|store\/(?!file\/|store\.))/)).toEqual([]);
  });
  it('the disk knows no queue, the queue no commit, and the commit no doctor', () => {
    expect(importsBetween(/^src\/store\/file\/disk\//, /^src\/store\/file\/(queue|commit|doctor)\//)).toEqual(
      [],
    );
    expect(importsBetween(/^src\/store\/file\/queue\//, /^src\/store\/file\/(commit|doctor)\//)).toEqual([]);
    expect(importsBetween(/^src\/store\/file\/commit\//, /^src\/store\/file\/doctor\//)).toEqual([]);
  });
});

describe('effects', () => {
  const banned: { call: RegExp; instead: string; allowed: string[] }[] = [
    {
      call: /\bDate\.now\(|new Date\(/,
      instead: 'the monotonic clock',
      allowed: [
        // Texts that are put into the source to break it.
        'harness/mutants/store.ts',
        'harness/stress/plan/options.ts',
        // It compares a file's time with the clock: that is one of its mistakes.
        'harness/targets/lease-dir.ts',
        'src/cli/auth/time.ts',
        'src/credentials/expiry.ts',
      ],
    },
    { call: /Math\.random\(/, instead: 'node:crypto, or the seeded Random', allowed: [] },
    {
      call: /process\.exit\(/,
      instead: 'process.exitCode',
      allowed: [
        'harness/bench/idle-process.ts',
        'harness/bench/worker-process.ts',
        'harness/line/worker.ts',
        'src/cli/run-program.ts',
      ],
    },
    { call: /\bconsole\./, instead: 'process.stdout of the command', allowed: [] },
    { call: /\b(describe|it|test)\.(skip|only|todo)\(/, instead: 'a test that runs', allowed: [] },
  ];
  it.each(banned)('$call is only where it must be, and elsewhere $instead', ({ call, allowed }) => {
    const users = product.filter(({ text }) => call.test(text)).map(({ file }) => file);
    expect(users.toSorted()).toEqual(allowed.toSorted());
  });

  it('the clock, randomness and the process stay outside what is pure', () => {
    const pure = product.filter(({ file }) =>
      /^harness\/(core|linearizable|checkers)\/|^harness\/history\/(events|run|count-while|interval|words|evidence)\.ts$/.test(
        file,
      ),
    );
    const code = (text: string) => text.replace(/^\s*(\/\*|\*|\/\/).*$/gm, '');
    const isImpure = ({ text }: Source) => /from 'node:|(?<![.\w])(process|performance)\./.test(code(text));
    const impure = pure.filter(isImpure).map(({ file }) => file);
    expect(impure).toEqual([]);
  });
});

/** The lines at which a test would end early, and pass. */
function earlyEndsIn({ file, text }: Source): string[] {
  const lines = text.split('\n');
  const indentOf = (line = '') => line.search(/\S/);
  const isIn = (at: number, pattern: RegExp) => pattern.test(lines[at] ?? '');
  /** The line that opens the block around another; blocks of a condition belong to what is around them. */
  const opener = (at: number): number => {
    const around = lines.findLastIndex(
      (line, n) => n < at && indentOf(line) >= 0 && indentOf(line) < indentOf(lines[at]),
    );
    return isIn(around, /^\s*(\} else|if \()/) ? opener(around) : around;
  };
  const isDefinition = (at: number) => isIn(at, /^\s*(it|test|eachInTiers)\b|^\s*\)\(/);
  return lines.flatMap((line, at) => {
    if (!/^\s*(if \(.*\) )?return;/.test(line)) return [];
    const around = opener(at);
    const isTest =
      isDefinition(around) || (isIn(around, /^\s*(async )?\(.*=> \{$/) && isDefinition(opener(around)));
    return isTest ? [`${file}:${at + 1}: ${line.trim()}`] : [];
  });
}

it('no test ends early and passes: where it lacks something, it is skipped with the reason', () => {
  expect(sources.filter(({ file }) => file.endsWith('.test.ts')).flatMap(earlyEndsIn)).toEqual([]);
});

it('one helper of the tests puts functions in the place of those of Node', () => {
  const users = sources.filter((source) => isTest(source) && /\bsyncBuiltinESM(?:Exports)/.test(source.text));
  expect(users.map(({ file }) => file)).toEqual(['src/store/intercept.test.helper.ts']);
});

it('classes that hold documents or tokens have #fields, which no log shows', () => {
  const holders = product.filter(({ file }) =>
    /^src\/(store|etcd|surroundings|tokens|http|guard|credentials)\//.test(file),
  );
  const users = holders.filter(({ text }) =>
    /^\s*(private|protected) |[(,]\s*(private|protected) /m.test(text),
  );
  expect(users.map(({ file }) => file)).toEqual([]);
});

it('the product spreads no object literal, which would hide which properties belong together', () => {
  const users = product.filter(({ text }) => /\.\.\.\{/.test(text));
  expect(users.map(({ file }) => file)).toEqual([]);
});

it('every file has at most 300 lines', () => {
  const long = product.filter(({ text }) => text.split('\n').length > 300).map(({ file }) => file);
  expect(long).toEqual([]);
});

it('every file of the product is used', () => {
  const entries = [
    /^src\/((http|etcd)\/)?index\.ts$/,
    /^src\/cli\/main\.ts$/,
    /^harness\/index\.ts$/,
    /^harness\/(clients|targets|bench\/rivals)\//,
    /^harness\/bench\/(worker|idle)-process\.ts$/,
    /^harness\/mutants\/run\.ts$/,
    /^harness\/explore\/(gate\/(delay-)?preload|workers\/thread|process\/bare-client)\.ts$/,
    /^scenarios\//,
  ];
  const imported = new Set(sources.flatMap(importsOf).map((file) => file.replace(/\.js$/, '.ts')));
  const dead = product
    .map(({ file }) => file)
    .filter((file) => !imported.has(file) && !entries.some((entry) => entry.test(file)));
  expect(dead).toEqual([]);
});
