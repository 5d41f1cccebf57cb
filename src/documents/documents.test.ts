import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { eachInTiers, long, nightly } from '../tiers.test.helper.js';
import {
  command,
  commandLines,
  losingStore,
  newProject,
  runNode,
  runTypeScript,
  runTypeScripts,
  safeStore,
  snippets,
  snippetWith,
  vitest,
} from './snippets.test.helper.js';

const stores = { losing: losingStore(), safe: safeStore };

/** Each command line of the documents, by how it is tried: made short, for a losing store and for ours, or elsewhere. */
const run = [
  'npm run stress -- --target naive --no-controls',
  'holdfast stress --target ./my-store.ts --duration 2m',
  'npm run stress -- --scenario pause --clients tui=8 --duration 5m',
  'npm run stress -- --target ./your-variant.ts',
  'npm run stress -- --duration 10m',
  'npm run explore -- --target naive',
  'npm run explore -- --processes 3 --strategy pct --crash',
];
const elsewhere = {
  '.ci/run, which runs them all': [
    ...['npm ci && npm run stress', 'npm ci && npm test', 'npm ci', 'npm test', 'npm run lint'],
    ...['npm run lint:package', 'npm run stress', '.ci/run', '.ci/runtimes/install'],
  ],
  'harness/explore/command/programs.test.ts': [
    `npm run explore -- --command 'git config --file {file} f.{key}.v {value}' --format ini`,
    `npm run explore -- --command 'git config --file {file} f.{key}.v {value}' --format ini --crash`,
  ],
  'harness/cli/explore.test.ts': [
    "npm run explore -- --idle --strategy random --clients 'set a, set b, set c | set d, set e, set f'",
    'npm run explore -- --target textbook',
    'npm run explore -- --target textbook --executor process',
    "npm run explore -- --target textbook --power-loss --clients 'set a'",
    'npm run replay -- ID',
    'npm run explore -- --processes 3 --crash --until 10m',
  ],
  'harness/cli/documented-programs.test.ts': [
    "holdfast stress --command 'python3 store.py {file} {key} {value}' --format json --no-controls --duration 10s",
    "holdfast stress --command 'python3 store.py {file} {key} {value}' --format json --slow 50ms --no-controls --duration 10s",
    "holdfast stress --command 'python3 locked.py {file} {key} {value}' --format json --slow 50ms --no-controls --duration 10s",
    "holdfast stress --command 'python3 keeper.py {file}' --lines --format json --no-controls --duration 10s",
    "holdfast stress --command 'sh login.sh {key} {value}' --command-remove 'sh login.sh {key}' --file .tokens --format dotenv --no-controls --duration 10s",
    'go build keep.go',
    "holdfast stress --command './keep {file} {key} {value}' --file keep.json --no-controls --duration 10s",
    "holdfast explore --command './keep {file} {key} {value}' --file keep.json",
    'sh lost.sh',
    'rustc -O store.rs',
    "holdfast stress --command './store {file} {key} {value}' --file settings.toml --no-controls --duration 10s",
    `holdfast stress --serve 'opencode serve --port {port}' --ready listening --file .local/share/opencode/auth.json --set 'PUT /auth/{key} {"type":"api","key":"{value}"}' --remove 'DELETE /auth/{key}' --format json --no-controls --duration 30s`,
    'holdfast stress --command git-config --scenario kill-9 --slow 100ms --no-controls --duration 10s',
    'holdfast field --all',
    'holdfast field --explore 90s git-config npm',
  ],
  'harness/cli/merge.test.ts and harness/stress/shards': [
    'holdfast stress --repeat 8 --seed 7 --shard 2/4 --out shards/2',
    'holdfast merge shards',
    'holdfast stress --update-baseline',
    'holdfast stress --compare',
  ],
  'harness/explore/shards.test.ts and harness/explore/report/merge-parts.test.ts': [
    'holdfast explore --target ./my-store.ts --strategy random --schedules 20000 --seed 7 --all --shard 2/4 --out shards/2',
  ],
  'harness/explore/split-calls.test.ts': ['npm run explore -- --split-calls --preemptions 2'],
  'the nightly job': ['npm run mutants', 'npm run explore -- --mutants', 'npm run test:full', '.ci/agent'],
  'harness/cli/documented-migration.test.ts': ['bun race.mjs ./before.mjs', 'bun race.mjs ./after.mjs'],
  'src/documents/reference.test.ts': ['npm run docs'],
  'src/package.test.ts': ['npm install holdfast'],
  'src/cli/copy/copy.test.ts': [
    'holdfast key create --file keys',
    'holdfast export --from auth.json --to auth.sealed --keys keys',
    'holdfast import --from auth.sealed --to copy.json --keys keys --merge',
  ],
  'harness/cli/stress-etcd.test.ts, each scenario of it': [
    'holdfast stress --target etcd --grep @cluster --duration 30m',
  ],
  'src/etcd/documented.test.ts': ['(umask 077; echo "k1 $(openssl rand -base64 32)" > keys)'],
  'the tests of src/cli/serve/serve.test.ts and src/cli/auth/token/out.test.ts': [
    'holdfast auth token create --name laptop --out token',
    'holdfast serve',
    `printf 'Authorization: Bearer %s' "$(cat token)" | curl -H @- http://127.0.0.1:4096/auth`,
  ],
};

it('every command line of the documents is tried, here or where the table says', () => {
  const known = [...run, ...Object.values(elsewhere).flat()];
  expect(commandLines.filter((line) => !known.includes(line))).toEqual([]);
  expect(known.filter((line) => !commandLines.includes(line))).toEqual([]);
});

it('the documents have exactly the programs that are tried: seven below, two on etcd, one on PostgreSQL, and one that only the agent can run', () => {
  const programs = snippets.filter(({ language }) => language === 'ts');
  // It says there when it was tried by hand.
  const ofTheAgent = programs.filter(({ text }) => text.includes('Layer.effect('));
  // documented.test.ts in src/etcd and src/postgres have the servers for them.
  const onEngines = programs.filter(({ text }) => /holdfast\/(etcd|postgres)/.test(text));
  const here = programs.length - ofTheAgent.length - onEngines.length;
  expect([here, onEngines.length, ofTheAgent.length]).toEqual([7, 3, 1]);
});

/** The flags of a command line, for one scenario, some seconds, and the store that is meant. */
function shortened(line: string, target: string): string[] {
  const [name = '', ...flags] = line.replace(/^npm run (\w+) --|^holdfast (\w+)/, '$1$2').split(' ');
  const kept = flags.filter(
    (flag, at) => !/^--(target|duration)$/.test(flags[at - 1] ?? '') && !/^--(target|duration)$/.test(flag),
  );
  const scenario = kept.includes('--scenario') ? [] : ['--scenario', 'two-terminals'];
  const controls = kept.includes('--no-controls') ? [] : ['--no-controls'];
  const short =
    name === 'stress'
      ? [...scenario, ...controls, '--duration', kept.includes('pause') ? '20s' : '5s', '--patience', '20s']
      : ['--schedules', '40'];
  return [name, ...kept, ...short, '--target', target];
}

/** Some lines differ by what is shortened alone. */
const distinct = [...new Map(run.map((line) => [shortened(line, '').toSorted().join(' '), line])).values()];

describe.each(distinct)('%s', long, (line) => {
  async function endsWith(exitCode: number, kind: keyof typeof stores): Promise<void> {
    const directory = newProject({ 'my-store.ts': stores[kind] });
    const result = await runNode(directory, command, ...shortened(line, './my-store.ts'));
    expect([result.exitCode, result.all]).toEqual([exitCode, expect.any(String)]);
  }

  // So short a run meets a race by luck.
  it('the command exits with 1 for a losing store', { retry: 2 }, () => endsWith(1, 'losing'));
  it('the command exits with 0 for a safe store', () => endsWith(0, 'safe'));
});

describe("the tests of a user's own store", () => {
  const text = `import { expect, it } from 'vitest';
    ${snippetWith('failures } = await explore')
      .replace('failures }', 'failures, exhausted, warning }')
      .replace(
        /^(const .*)/ms,
        "it('loses nothing', async () => {\n$1expect([exhausted, warning]).toEqual([true, undefined]);\n}, 600_000);",
      )}`;
  /** Only so far that a safe store is not searched for a minute. */
  const short = (text: string) => text.replace('preemptions: 1', 'preemptions: 1, schedules: 8');
  // Vitest takes longer to start than either of them to run. Their short twins are harness/vitest/to-lose-nothing.test.ts and harness/stress/library.test.ts.
  eachInTiers(
    [
      [
        'losing',
        1,
        [
          /FAIL +library\.test\.ts(?:(?!FAIL).)*lost-update/s,
          /FAIL +matcher\.test\.ts.*lost-update.*Again: npx holdfast replay /s,
          /2 failed/,
        ],
      ],
      ['safe', 0, [/2 passed/]],
    ] as const,
    1,
    nightly,
  )(
    'the test by the library and that by the matcher give the right verdict on a %s store',
    async (kind, exitCode, said) => {
      const files = {
        'library.test.ts': text,
        'matcher.test.ts': short(snippetWith("expect('./my-store.ts').toLoseNothing({")),
        'my-store.ts': stores[kind],
        'vitest.config.mjs': 'export default { test: { isolate: false, maxWorkers: 1 } };\n',
      };
      const result = await runNode(newProject(files), vitest, 'run');
      const output = stripVTControlCharacters(result.all);
      expect([result.exitCode, output]).toEqual([exitCode, expect.any(String)]);
      for (const words of said) expect(output).toMatch(words);
    },
    long,
  );

  // By luck, as below.
  it.each([
    ['losing', 1, /lost update.*Run it again: npx holdfast stress/s],
    ['safe', 0, /1 passed/],
  ] as const)(
    'the test with the fixture gives the right verdict on a %s store',
    { ...long, retry: 2 },
    async (kind, exitCode, said) => {
      const files = {
        'own.test.ts': snippetWith('async ({ stress }) => {'),
        'my-store.ts': stores[kind],
        'vitest.config.mjs': 'export default {};\n',
      };
      const result = await runNode(newProject(files), vitest, 'run');
      expect([result.exitCode, result.all]).toEqual([exitCode, expect.stringMatching(said)]);
    },
  );
});

describe('the harness as a library', () => {
  async function endsWith(exitCode: number, said: RegExp, kind: keyof typeof stores): Promise<void> {
    const files = {
      'mine.ts': snippetWith('two terminals and a server, killed'),
      'my-store.ts': stores[kind],
    };
    const result = await runTypeScript(newProject(files), 'mine.ts');
    expect([result.exitCode, result.all]).toEqual([exitCode, expect.stringMatching(said)]);
  }

  // Their short twin is harness/stress/library.test.ts.
  // By luck, as above. Which evidence the run has of its first loss is luck, too: only the loss itself is asked for.
  it('the library throws the loss of a losing store', { ...long, retry: 2 }, () =>
    endsWith(1, /Error: .+(?:acknowledged at|from an older copy|met an empty)/, 'losing'),
  );
  it('the library throws nothing for a safe store', long, () => endsWith(0, /^$/, 'safe'));
});

// Both at once: the compiler takes longer to start than either of them to run.
it('the examples of the store and of a guarded server do what their comments say: the server admits its token, and no deleted one', async () => {
  const directory = newProject({});
  const text = snippetWith('await Auth.refresh(').replace('/home/me/.config/my-tool', directory);
  const prelude =
    'const exchange = async (_refresh: string, _signal: AbortSignal) => ({ type: "oauth" as const, access: "new", refresh: "next", expires: 4e12 });\n';
  const expired =
    "await Auth.set('openai', { type: 'oauth', access: 'old', refresh: 'once', expires: 1 });\n";
  const stored = prelude + text.replace("await Auth.set('anthropic'", `${expired}await Auth.set('anthropic'`);
  const [before, after = ''] = snippetWith('app.use(honoGuard(').split('await tokens.delete');
  const guarded = `import { Hono } from 'hono';
    const app = new Hono();
    ${before?.replace('tokens.verify(token); ', 'if (tokens.verify(token)?.name !== "ci") throw new Error("not known"); ')}
    app.get('/auth', (context) => context.text('in'));
    const ask = async () => (await app.request('http://localhost/auth', { headers: { authorization: 'Bearer ' + token } })).status;
    if ((await ask()) !== 200) throw new Error('not let in');
    await tokens.delete${after}
    if (tokens.verify(token) !== undefined || (await ask()) !== 401) throw new Error('let in');
    await tokens.close();`;
  const files = newProject({ 'store.ts': stored, 'guard.ts': guarded });
  expect(await runTypeScripts(files, ['store.ts', 'guard.ts'])).toMatchObject({ exitCode: 0, all: '' });
  const read = (...names: string[]) => JSON.parse(readFileSync(path.join(...names), 'utf8'));
  const github = { type: 'api', key: 'made up' };
  expect(read(directory, 'credentials.json')).toEqual({ logins: 1, work: github });
  expect(read(files, 'opencode', 'auth.json')).toMatchObject({
    anthropic: github,
    openai: { access: 'new' },
  });
});
