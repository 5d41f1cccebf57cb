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
function importsBetween(from: RegExp, to: RegExp, files = product): string[] {
  return files
    .filter(({ file }) => from.test(file))
    .flatMap((source) => importsOf(source).map((imported) => ({ file: source.file, imported })))
    .filter(({ imported }) => to.test(imported))
    .map(({ file, imported }) => `${file} imports ${imported}`);
}

/** The rooms of the product, each by its files, from the lowest floor to the highest. */
const floorsOfProduct: RegExp[][] = [
  // What went wrong, and how long something takes, in words that all others use.
  [/^src\/errors\//, /^src\/duration\./, /^src\/wall-clock\./],
  [/^src\/surroundings\//, /^src\/store\/tolerant\//],
  [/^src\/store\/document\//, /^src\/native\//],
  [/^src\/store\/merge\//, /^src\/store\/backend\//],
  [/^src\/store\/refresh\//, /^src\/store\/file\/disk\//, /^src\/etcd\//],
  [/^src\/store\/file\/queue\//, /^src\/postgres\//],
  [/^src\/store\/file\/commit\//],
  [/^src\/store\/file\/[\w-]+\.[jt]s$/],
  [/^src\/store\/file\/doctor\//, /^src\/store\/file\/foreign\//],
  [/^src\/store\/[\w-]+\.[jt]s$/],
  [/^src\/credentials\//, /^src\/tokens\//, /^src\/guard\//, /^src\/isolation\//],
  [/^src\/http\/permissions\//],
  [/^src\/http\/guard\//],
  [/^src\/http\/adapters\//],
  [/^src\/http\/serve\//, /^src\/(http\/)?index\./],
  // What all commands share.
  [/^src\/cli\/(?!main|product)[\w-]+\.[jt]s$/],
  [/^src\/cli\/auth\/(?!index)[\w-]+\.[jt]s$/],
  [/^src\/cli\/auth\/token\//],
  [/^src\/cli\/auth\/index\./, /^src\/cli\/(serve|run|copy|key)\//],
  [/^src\/cli\/product\./],
  [/^src\/cli\/main\./],
];

describe('the direction of imports', () => {
  it('neither the product nor a test of it imports anything of the harness', () => {
    expect(importsBetween(/^src\//, /^(harness|scenarios)\//, sources)).toEqual([]);
  });
  it('the harness imports of the product only what its targets, its commands, usage errors, durations and helpers need, and the width of text', () => {
    const shared = /^src\/(?!duration\.|cli\/(usage-error|needed-package|closest|text)\.|native\/)/;
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
      ['bench', 'vitest'],
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
  it('each room of explore is on a floor, and imports nothing of a higher one or of a neighbour', () => {
    const floors = [
      ['protocol'],
      ['schedule'],
      ['calls', 'world', 'sim/kernel'],
      ['client', 'sim/power'],
      ['gate', 'execution'],
      ['process'],
      ['sim', 'command'],
      ['corpus'],
      ['search'],
      ['evidence'],
      ['report', 'workers'],
      // What lies in no room.
      ['.'],
    ];
    const rooms = floors.flat();
    const roomOf = (file: string) => {
      const folder = path.dirname(path.relative('harness/explore', file));
      const isIn = (room: string) => folder === room || folder.startsWith(`${room}/`);
      return rooms.filter(isIn).sort((a, b) => b.length - a.length)[0];
    };
    const isIn = (file: string) => file.startsWith('harness/explore/');
    const inside = product.filter(({ file }) => isIn(file));
    const floorOf = (file: string) => floors.findIndex((on) => on.includes(roomOf(file) ?? ''));
    expect(inside.filter(({ file }) => floorOf(file) < 0).map(({ file }) => file)).toEqual([]);
    const isAbove = (file: string, imported: string) =>
      isIn(imported) && roomOf(imported) !== roomOf(file) && floorOf(imported) >= floorOf(file);
    const upward = inside.flatMap((source) =>
      importsOf(source)
        .filter((imported) => isAbove(source.file, imported))
        .map((imported) => `${source.file} imports ${imported}`),
    );
    expect(upward).toEqual([]);
  });
  it('the checkers import the history and nothing that made it', () => {
    const known = /^(?!harness\/(core|history|linearizable|checkers)\/|src\/cli\/usage-error)/;
    expect(importsBetween(/^harness\/(checkers|linearizable)\//, known)).toEqual([]);
  });
  it('no file imports the scenarios, which the harness finds as data', () => {
    expect(importsBetween(/^(src|harness)\//, /^scenarios\//)).toEqual([]);
  });
  it('a lower floor of the product imports nothing of a higher one, and rooms of one floor do not know each other', () => {
    const floorOf = (file: string) =>
      floorsOfProduct.findIndex((rooms) => rooms.some((room) => room.test(file)));
    const roomOf = (file: string) => floorsOfProduct[floorOf(file)]?.find((room) => room.test(file));
    const files = product.filter(({ file }) => file.startsWith('src/'));
    expect(files.map(({ file }) => file).filter((file) => floorOf(file) < 0)).toEqual([]);
    const wrong = files.flatMap((source) =>
      importsOf(source)
        .filter((imported) => imported.startsWith('src/'))
        .filter((imported) => floorOf(imported) >= floorOf(source.file))
        .filter((imported) => roomOf(imported) !== roomOf(source.file))
        .map((imported) => `${source.file} imports ${imported}`),
    );
    expect(wrong).toEqual([]);
  });
  it('nothing but the command knows of engines, so that a program with a file carries none of them', () => {
    expect(importsBetween(/^src\/(?!etcd\/|postgres\/|cli\/)/, /^src\/(etcd|postgres)\//)).toEqual([]);
  });
  it('every room that has a floor in the product exists', () => {
    const files = product.map(({ file }) => file);
    const empty = floorsOfProduct.flat().filter((room) => !files.some((file) => room.test(file)));
    expect(empty).toEqual([]);
  });
  it('what is in the file backend is imported from outside by its doors alone: the store, the doctor, and foreign programs', () => {
    const inner = /^src\/store\/file\/(?!(doctor|foreign)\/)/;
    expect(importsBetween(/^src\/(?!store\/(file\/|store\.ts))/, inner)).toEqual([]);
  });
  it('a module of the product re-exports nothing, unless users import it', () => {
    const doors = /^src\/((http|etcd|postgres)\/)?index\.ts$/;
    const files = product.filter(({ file }) => file.startsWith('src/') && !doors.test(file));
    const users = files.filter(({ text }) => /^export (type )?(\*|\{[^}]*\}) from '/m.test(text));
    expect(users.map(({ file }) => file)).toEqual([]);
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
        // When a run began, for people.
        'harness/stress/environment.ts',
        // It compares a file's time with the clock: that is one of its mistakes.
        'harness/targets/lease-dir.ts',
        'src/cli/auth/time.ts',
        'src/wall-clock.ts',
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
    /^src\/(store|etcd|postgres|surroundings|tokens|http|guard|credentials)\//.test(file),
  );
  const users = holders.filter(({ text }) =>
    /^\s*(private|protected) |[(,]\s*(private|protected) /m.test(text),
  );
  expect(users.map(({ file }) => file)).toEqual([]);
});

it('no object literal is spread, which would hide which properties belong together', () => {
  // The tests of these two rooms still have some.
  const others = sources.filter(({ file }) => !/^harness\/(explore|report)\//.test(file));
  const users = new Set([...product, ...others].filter(({ text }) => /\.\.\.[{]/.test(text)));
  expect([...users].map(({ file }) => file)).toEqual([]);
});

it('every file has at most 300 lines', () => {
  const long = product.filter(({ text }) => text.split('\n').length > 300).map(({ file }) => file);
  expect(long).toEqual([]);
});

it('every file of the product is used', () => {
  const entries = [
    /^src\/((http|etcd|postgres)\/)?index\.ts$/,
    /^(src|harness)\/cli\/main\.ts$/,
    /^harness\/(vitest\/)?index\.ts$/,
    /^harness\/(clients|targets|bench\/rivals)\//,
    /^harness\/bench\/(worker|idle)-process\.ts$/,
    /^harness\/mutants\/(run|search-process)\.ts$/,
    /^harness\/report\/page\/client\/main\.ts$/,
    /^harness\/explore\/(gate\/(delay-)?preload|workers\/thread|process\/bare-client)\.ts$/,
    /^scenarios\//,
  ];
  const imported = new Set(sources.flatMap(importsOf).map((file) => file.replace(/\.js$/, '.ts')));
  const dead = product
    .map(({ file }) => file)
    .filter((file) => !imported.has(file) && !entries.some((entry) => entry.test(file)));
  expect(dead).toEqual([]);
});
