import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { patient } from '../waiting.test.helper.js';
import { self } from './file/queue/owner.js';
import { newDirectory, newFile, strangersIntent, textOf } from './scratch.test.helper.js';
import { openStore } from './store.js';
import { asNobody, built, having, lacks, library, newWriter, runBuilt } from './system.test.helper.js';

it.each([true, false])(
  'a directory of intents that is moved away during a change costs a retry (queues: %s)',
  async (queues) => {
    const file = newFile();
    const store = openStore(file, { queues, ...patient });
    let runs = 0;
    await store.update('a', () => {
      if (runs++ === 0) renameSync(`${file}.intents`, `${file}.away`);
      return runs;
    });
    expect(JSON.parse(textOf(file))).toEqual({ a: 2 });
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  },
);

it('a relative path is resolved when the store is opened', async () => {
  const [here, there] = [newDirectory(), newDirectory()];
  const program = runBuilt(`
    import { writeFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { openStore } from ${JSON.stringify(library)};
    process.chdir(${JSON.stringify(here)});
    const store = openStore('auth.json');
    await store.set('a', 1);
    process.chdir(${JSON.stringify(there)});
    for (let reads = 0; reads < 3; reads++) {
      await store.get('a');
      await sleep(50);
    }
    writeFileSync(${JSON.stringify(path.join(here, 'auth.json'))}, '{"a":2}');
    console.log(await store.get('a'));`);
  expect(await program.line()).toBe('2');
});

it('a relative path in a removed working directory is an error of the store', async () => {
  const program = runBuilt(`
    import { rmdirSync } from 'node:fs';
    import { openStore } from ${JSON.stringify(library)};
    const here = ${JSON.stringify(newDirectory())};
    process.chdir(here);
    rmdirSync(here);
    await (async () => openStore('auth.json').set('a', 1))().catch(({ code }) => console.log(code));`);
  expect(await program.line()).toBe('E_IO');
});

it('two dots behind a link are resolved as the system resolves them', async () => {
  const directory = newDirectory();
  mkdirSync(path.join(directory, 'x', 'a', 'b'), { recursive: true });
  mkdirSync(path.join(directory, 'y'));
  symlinkSync('../x/a/b', path.join(directory, 'y', 'link'));
  symlinkSync('link/../real.json', path.join(directory, 'y', 'auth.json'));
  await openStore(path.join(directory, 'y', 'auth.json')).set('a', 1);
  expect(JSON.parse(textOf(path.join(directory, 'x', 'a', 'real.json')))).toEqual({ a: 1 });
});

it('thousands of tickets of dead processes are passed with few listings', async () => {
  const file = newFile();
  mkdirSync(`${file}.intents`, { mode: 0o700 });
  for (let n = 0; n < 2000; n++) {
    const name = `t${n}-${n.toString(16).padStart(16, '0')}-99999999-1-${self.machine}-x`;
    writeFileSync(path.join(`${file}.intents`, name), '');
  }
  const setup = `
    const { interceptEach } = await import(${JSON.stringify(built('intercept.test.helper'))});
    let listings = 0;
    interceptEach(['readdirSync'], (readdirSync) => (...args) => (listings++, readdirSync(...args)));
    process.on('exit', () => fs.writeSync(1, listings + '\\n'));`;
  const writer = await newWriter({ setup });
  expect(await writer.call('set', file, 'a', 1)).toEqual({ ok: true });
  expect(readdirSync(`${file}.intents`)).toEqual([]);
  writer.endInput();
  expect(Number(await writer.line())).toBeLessThan(20);
});

it('an intent that can’t be opened, as too many files are open, is not left behind', async () => {
  const file = newFile();
  await openStore(file).set('a', 1);
  const setup = `
    const { interceptEach } = await import(${JSON.stringify(built('intercept.test.helper'))});
    interceptEach(['openSync'], (openSync) => (place, ...args) => {
      if (/\\/i-[^/]*$/.test(place)) throw Object.assign(new Error('EMFILE'), { code: 'EMFILE' });
      return openSync(place, ...args);
    });`;
  const writer = await newWriter({ setup });
  expect(await writer.call('set', file, 'b', 2)).toMatchObject({ code: 'E_IO', definite: true });
  expect(readdirSync(`${file}.intents`)).toEqual([]);
});

it.skipIf(lacks('root'))(
  'root does not empty a directory of its own that a user has moved to the intents',
  async () => {
    const file = newFile();
    const intent = strangersIntent(file);
    mkdirSync(intent, { recursive: true });
    writeFileSync(path.join(intent, 'precious'), '');
    chmodSync(path.dirname(file), 0o700);
    for (const place of [path.dirname(file), `${file}.intents`]) chownSync(place, 65534, 65534);
    const writer = await newWriter({ options: { leaseMs: 50, deadlineMs: 3000 } });
    expect(await writer.call('set', file, 'a', 1)).toMatchObject({ ok: false });
    expect(readdirSync(intent)).toEqual(['precious']);
  },
);

it.skipIf(lacks('root', 'setpriv', 'mount'))(
  "a file that can't be read for its mode is an error where /proc is missing, and not a missing file",
  async () => {
    const file = newFile();
    await openStore(file).set('a', 1);
    const directory = path.dirname(file);
    chmodSync(path.dirname(directory), 0o711);
    execFileSync('chown', ['-R', '65534:65534', directory]);
    chmodSync(file, 0);
    const writer = await newWriter({ wrapper: [...having('umount -l /proc'), ...asNobody] });
    for (const call of [
      ['all', file],
      ['set', file, 'b', 2],
    ]) {
      expect(await writer.call(...call)).toMatchObject({ ok: false, code: 'E_IO', definite: true });
    }
    chmodSync(file, 0o600);
    expect(JSON.parse(textOf(file))).toEqual({ a: 1 });
  },
);
