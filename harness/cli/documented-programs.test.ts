import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import { findOnPath } from '../targets/program/find.js';
import { command, newDirectory } from './command.test.helper.js';

/** What docs/programs.md says: the programs in it, and each command line with what it comes to. */
const text = readFileSync(fileURLToPath(new URL('../../docs/programs.md', import.meta.url)), 'utf8');
const fences = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, body = '']) => body);
const [store = '', locked = '', keeper = ''] = fences('python');
const files = {
  'store.py': store,
  'locked.py': locked,
  'keeper.py': keeper,
  'login.sh': fences('bash')[0] ?? '',
  'lost.sh': fences('bash')[1] ?? '',
  'keep.go': fences('go')[0] ?? '',
  'store.rs': fences('rust')[0] ?? '',
};

/** The words with which a line begins, what it needs on the PATH, and its exit codes. */
const lines: [begins: string, needs: string[], exitCodes: number[]][] = [
  // A race by luck: how much it proves is what the document is about.
  [
    "holdfast stress --command 'python3 store.py {file} {key} {value}' --format json --no",
    ['python3'],
    [0, 1, 3],
  ],
  [
    "holdfast stress --command 'python3 store.py {file} {key} {value}' --format json --slow",
    ['python3', 'strace'],
    [1],
  ],
  ["holdfast stress --command 'python3 locked.py", ['python3', 'strace'], [0, 3]],
  ["holdfast stress --command 'python3 keeper.py", ['python3'], [1]],
  ["holdfast stress --command 'sh login.sh", ['sh', 'grep'], [1]],
  ['go build keep.go', ['go'], [0]],
  ["holdfast stress --command './keep", ['go'], [1]],
  ["holdfast explore --command './keep", ['go', 'cc'], [1]],
  ['sh lost.sh', ['go', 'strace'], [0]],
  ['rustc -O store.rs', ['rustc'], [0]],
  ["holdfast stress --command './store", ['rustc'], [1]],
  ["holdfast stress --serve 'opencode", ['opencode'], [1]],
  ['holdfast stress --command git-config', ['git', 'strace'], [1]],
  ['holdfast field --all', ['git'], [0, 1, 3]],
  ['holdfast field --explore', ['git', 'npm', 'cc'], [1]],
];

const commands = fences('sh').flatMap((body) => body.trim().split('\n'));

it('this test tries every command line of docs/programs.md', () => {
  expect(commands.filter((line) => !lines.some(([begins]) => line.startsWith(begins)))).toEqual([]);
  expect(lines.filter(([begins]) => !commands.some((line) => line.startsWith(begins)))).toEqual([]);
});

describe('what docs/programs.md says', { ...long, retry: 2 }, () => {
  it.for(lines)(
    'the documented command ends as documented: %s',
    async ([begins, needs, exitCodes], context) => {
      const missing = needs.filter((name) => !findOnPath(name));
      if (missing.length > 0) context.skip(`${missing.join(', ')} not to be had here`);
      const cwd = newDirectory();
      for (const [name, body] of Object.entries(files)) writeFileSync(path.join(cwd, name), body);
      if (begins.includes('./store')) spawnSync('rustc', ['-O', 'store.rs'], { cwd });
      if (/\.\/keep|lost/.test(begins)) spawnSync('go', ['build', 'keep.go'], { cwd });
      const line = commands.find((one) => one.startsWith(begins)) ?? '';
      // The whole survey takes as long as there are programs.
      const short = line
        .replace('field --all', 'field --duration 3s git-config')
        .replace('field --explore', 'field --duration 3s --explore')
        .replace(/(?<!slow.*|field )--duration \d+s/, '--duration 3s --patience 20s');
      const result = await execa(
        'sh',
        ['-c', `holdfast() { "${process.execPath}" "${command}" "$@"; }; ${short}`],
        {
          cwd,
          reject: false,
          all: true,
        },
      );
      if (process.env.SHOW_DOCUMENTED) process.stderr.write(`${line}\n${result.all}\n\n`);
      expect([exitCodes, result.all]).toEqual([
        expect.arrayContaining([result.exitCode]),
        expect.any(String),
      ]);
      if (begins === 'sh lost.sh') expect(result.all).toBe('second: acknowledged\n{"first":"1"}');
    },
  );
});
