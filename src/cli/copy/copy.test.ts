import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canary, expectNoSecretIn, expectOneLine } from '../auth/auth.test.helper.js';
import { command, newDirectory } from '../command.test.helper.js';
import { runWarm } from '../warm-command.test.helper.js';

const api = { type: 'api', key: `${canary}-1234567890` };
const content = { anthropic: api, 'of another format': [1, { c: null }] };

const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0;

/** A directory with one credential file and one file of keys, and the command in it. */
async function newScene() {
  const home = newDirectory();
  const run = (...args: string[]) =>
    runWarm({ command, args, cwd: home, env: { HOLDFAST_KEYS_FILE: '', HOLDFAST_STORE: '' }, input: '' });
  const at = (name: string) => path.join(home, name);
  writeFileSync(at('from.json'), JSON.stringify(content), { mode: 0o600 });
  await run('key', 'create', '--file', 'keys');
  return {
    run,
    at,
    read: (name: string) => JSON.parse(readFileSync(at(name), 'utf8')),
    export: (...more: string[]) =>
      run('export', '--from', 'from.json', '--to', 'out', '--keys', 'keys', ...more),
    import: (...more: string[]) =>
      run('import', '--from', 'out', '--to', 'to.json', '--keys', 'keys', ...more),
  };
}

describe('copy, export and import', () => {
  it.each(['copy', 'export', 'import'])(
    '%s from a file that is not there is no empty store',
    async (name) => {
      const { run, at } = await newScene();
      const keys = name === 'copy' ? [] : ['--keys', 'keys'];
      const result = await run(name, '--from', 'typo.json', '--to', 'to', ...keys);
      expect(result.exitCode).toBe(4);
      expectOneLine(result);
      expect(result.stderr).toContain(`there is no file ${at('typo.json')}`);
      expect(existsSync(at('to'))).toBe(false);
    },
  );

  it('an export shows neither a value nor a name, and import brings every entry to another store', async () => {
    const scene = await newScene();
    const result = await scene.export('--json');
    expect(JSON.parse(result.stdout).exported).toEqual(Object.keys(content));
    expectNoSecretIn(result);
    expect(statSync(scene.at('out')).mode & 0o7777).toBe(0o600);
    expect(readFileSync(scene.at('out'), 'utf8')).toMatch(/^hf1\.k1\.[\w-]+\n$/);
    expect((await scene.import('--dry-run')).exitCode).toBe(0);
    expect(existsSync(scene.at('to.json'))).toBe(false);
    expectNoSecretIn(await scene.import('--only', 'anthropic'));
    expect(scene.read('to.json')).toEqual({ anthropic: api });
    expect((await scene.import()).exitCode).toBe(2);
    expect((await scene.import('--merge')).exitCode).toBe(0);
    expect(scene.read('to.json')).toEqual(content);
  });

  it('an export replaces no file, and leaves none where its keys are missing', async () => {
    const scene = await newScene();
    writeFileSync(scene.at('out'), 'mine');
    const refused = await scene.export();
    expect([refused.exitCode, readFileSync(scene.at('out'), 'utf8')]).toEqual([2, 'mine']);
    expectOneLine(refused);
    const before = readdirSync(scene.at('.'));
    for (const keys of ['nowhere', '']) {
      const result = await scene.run('export', '--from', 'from.json', '--to', 'new', '--keys', keys);
      expect(result.exitCode).toBe(2);
      expectOneLine(result);
    }
    expect(readdirSync(scene.at('.'))).toEqual(before);
  });

  it('a place that is no file is refused by the option that named it', async () => {
    const { run, at } = await newScene();
    spawnSync('mkfifo', [at('pipe')]);
    for (const [option, args] of [
      ['--from', ['copy', '--from', 'pipe', '--to', 'to']],
      ['--to', ['copy', '--from', 'from.json', '--to', 'pipe']],
      ['--from', ['export', '--from', '', '--to', 'new', '--keys', 'keys']],
    ] as const) {
      const result = await run(...args);
      expect([result.exitCode, result.stderr]).toEqual([2, expect.stringContaining(`holdfast: ${option} `)]);
      expectOneLine(result);
    }
  });

  it.skipIf(!canMount)('an export that finds no room says so, and leaves no file', async () => {
    const scene = await newScene();
    mkdirSync(scene.at('small'));
    const large = { ...content, large: 'x'.repeat(20_000) };
    writeFileSync(scene.at('from.json'), JSON.stringify(large), { mode: 0o600 });
    const script = `mount -t tmpfs -o size=8k none small
      $HOLDFAST export --from from.json --to small/out --keys keys || echo "exit code $?" >&2
      ls small >&2`;
    const { stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script], {
      cwd: scene.at('.'),
      env: { ...process.env, HOLDFAST: `${process.execPath} ${command}` },
      encoding: 'utf8',
    });
    const file = scene.at('small/out');
    const said = `holdfast: the export could not be written to ${file}: ENOSPC. Nothing was exported, and no file is left`;
    expect(stderr.trim().split('\n')).toEqual([said, 'exit code 1']);
  });

  it.each<[string, number, RegExp, (sealed: string) => string]>([
    ['changed', 1, /was changed/, (sealed) => sealed.replace(/.{9}\n$/, 'AAAAAAAA\n')],
    ['of another key', 1, /sealed by the key "k9"/, (sealed) => sealed.replace('k1', 'k9')],
    ['no export', 2, /is no export/, () => JSON.stringify(content)],
    ['empty', 2, /is no export/, () => ''],
  ])(
    'import of a file that is %s writes nothing, and shows nothing of it',
    async (_, exitCode, why, change) => {
      const scene = await newScene();
      await scene.export();
      writeFileSync(scene.at('out'), change(readFileSync(scene.at('out'), 'utf8')));
      const result = await scene.import();
      expect([result.exitCode, result.stderr]).toEqual([exitCode, expect.stringMatching(why)]);
      expectOneLine(result);
      expectNoSecretIn(result);
      expect(existsSync(scene.at('to.json'))).toBe(false);
    },
  );
});
