import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { holdfastWarm, newDirectory } from './command.test.helper.js';
import { againWithEachChange } from './watch.js';

it('a command runs again with each change of a source, which ends the one that runs, and with nothing else', async () => {
  const directory = newDirectory();
  const log = path.join(newDirectory(), 'log');
  const reports = path.join(directory, 'reports');
  for (const name of ['node_modules', 'reports', 'deep']) mkdirSync(path.join(directory, name));
  const source = path.join(directory, 'deep', 'store.ts');
  writeFileSync(source, '');
  const program = `
    const { appendFileSync } = require('node:fs');
    process.on('SIGINT', () => { appendFileSync(${JSON.stringify(log)}, 'ended '); process.exit(); });
    appendFileSync(${JSON.stringify(log)}, 'begun ');
    setInterval(() => {}, 1000);`;
  const end = new AbortController();
  const rounds: (string | undefined)[] = [];
  const done = againWithEachChange([process.execPath, '-e', program], {
    directories: [directory, directory],
    except: reports,
    signal: end.signal,
    onRound: (changed) => rounds.push(changed),
  });
  const logged = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  const until = async (text: RegExp, meanwhile = () => {}) => {
    for (; !text.test(logged()); await setImmediate()) meanwhile();
  };
  await until(/^begun $/);
  let writes = 0;
  // The directories are not watched at once.
  await until(/^begun ended begun /, () => {
    if (rounds.length === 1) writeFileSync(source, `${writes++}`);
  });
  const known = rounds.length;
  for (const name of ['reports/r.json', 'node_modules/m.js', 'deep/note.txt', '.hidden.ts'])
    writeFileSync(path.join(directory, name), '');
  writeFileSync(source, '');
  while (rounds.length === known) await setImmediate();
  expect(new Set(rounds.slice(1))).toEqual(new Set([source]));
  end.abort();
  await done;
  expect(logged()).toMatch(/^(begun ended ){2,}$/);
});

it('a search of targets that ship with the command is not watched', async () => {
  const { exitCode, stderr } = await holdfastWarm(['explore', '--target', 'naive', '--watch']);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--watch needs a target of your own')]);
});
