import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { patient } from '../../../waiting.test.helper.js';
import { newFile, strangersIntent, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { having, lacks, newWriter } from '../../system.test.helper.js';

const quoted = JSON.stringify;
const refused = (reason: string) => ({
  ok: false,
  code: 'E_IO',
  definite: true,
  message: expect.stringMatching(new RegExp(`${reason}\\. Nothing was written`)),
});
const secret = 'CANARY'.repeat(2000);

/** What lies in the directory, with all the text that is in it. */
function remainsIn(directory: string): { names: string[]; text: string } {
  const found = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile());
  return {
    names: found.map(({ name }) => name).toSorted(),
    text: files.map(({ parentPath, name }) => textOf(path.join(parentPath, name))).join('\n'),
  };
}

describe.skipIf(lacks('root', 'mount'))('a file on a mount', () => {
  it.each([true, false])(
    'a file that is a mount point is refused, and nothing is changed (with a copy: %s)',
    async (hasCopy) => {
      const [file, source] = [newFile(), newFile()];
      if (hasCopy) await openStore(file).set('a', 1);
      else writeFileSync(file, '{"a":1}');
      writeFileSync(source, textOf(file));
      const before = remainsIn(path.dirname(file));
      const writer = await newWriter({ wrapper: having(`mount --bind ${quoted(source)} ${quoted(file)}`) });
      for (let call = 0; call < 2; call++) {
        expect(await writer.call('set', file, 'b', 2)).toEqual(refused('EBUSY'));
        expect(await writer.call('all', file)).toEqual({ ok: true, value: { a: 1 } });
      }
      expect(textOf(source)).toBe(textOf(file));
      expect(remainsIn(path.dirname(file)).text).toBe(before.text);
      // Where it is no mount, all goes on.
      await openStore(file).set('c', 3);
      expect(JSON.parse(textOf(file))).toEqual({ a: 1, c: 3 });
    },
  );

  it('a file on a read-only mount can be read, and a write is refused', async () => {
    const file = newFile();
    await openStore(file).set('a', 1);
    const directory = quoted(path.dirname(file));
    const mount = `mount --bind ${directory} ${directory}; mount -o remount,ro,bind ${directory}`;
    const writer = await newWriter({ wrapper: having(mount) });
    expect(await writer.call('all', file)).toEqual({ ok: true, value: { a: 1 } });
    expect(await writer.call('set', file, 'b', 2)).toEqual(refused('EROFS'));
    expect(await writer.call('all', file)).toEqual({ ok: true, value: { a: 1 } });
  });

  it('a file whose intents are on another device is refused', async () => {
    const file = newFile();
    await openStore(file).set('a', 1);
    const writer = await newWriter({ wrapper: having(`mount -t tmpfs none ${quoted(`${file}.intents`)}`) });
    expect(await writer.call('set', file, 'b', 2)).toEqual(refused('EXDEV'));
    expect(JSON.parse(textOf(file))).toEqual({ a: 1 });
  });
});

describe('a write that has no room', () => {
  /** Fills a file with small values, and then tries one that has no room. */
  async function fill(file: string, wrapper: string[], reason: string): Promise<void> {
    const writer = await newWriter({ wrapper, setup: reporter });
    expect(await writer.call('set', file, 'a', 1)).toEqual({ ok: true });
    expect(await writer.call('set', file, 'big', secret)).toEqual(refused(reason));
    expect(await writer.call('add', file, 'big', secret)).toEqual(refused(reason));
    expect(await writer.call('all', file)).toEqual({ ok: true, value: { a: 1 } });
    expect(await writer.call('set', file, 'small', 2)).toEqual({ ok: true });
    // What lies there can be seen from within the mount alone: the process itself tells, at its end.
    writer.endInput();
    const remains = JSON.parse(await writer.line());
    expect(remains.names.toSorted()).toEqual(['auth.json', 'auth.json.intents', 'auth.json.last']);
    expect(remains.file).toEqual({ a: 1, small: 2 });
    expect(remains.secrets).toBe(0);
  }

  const reporter = `
    let place;
    const spy = fs.readFileSync;
    process.stdin.once('data', (line) => { place = JSON.parse(String(line).split('\\n')[0])[1]; });
    process.on('beforeExit', () => {
      const directory = place.slice(0, place.lastIndexOf('/'));
      const names = fs.readdirSync(directory, { recursive: true });
      const whole = names.map((name) => directory + '/' + name).filter((name) => fs.statSync(name).isFile());
      const secrets = whole.filter((name) => spy(name, 'utf8').includes('CANARY')).length;
      fs.writeSync(1, JSON.stringify({ names, secrets, file: names.includes('auth.json') && JSON.parse(spy(place, 'utf8')) }) + '\\n');
    });`;

  it.skipIf(lacks('root', 'mount'))(
    'a full disk leaves the old state whole, and no part of a secret behind',
    async () => {
      const file = newFile();
      const mount = `mount -t tmpfs -o size=24k none ${quoted(path.dirname(file))}`;
      await fill(file, having(mount), 'ENOSPC');
    },
  );

  it('a limit of the file size leaves the old state whole, and no part of a secret behind', async () => {
    await fill(newFile(), ['sh', '-c', 'ulimit -f 8; exec "$@"', 'sh'], 'EFBIG');
  });

  it.skipIf(lacks('root', 'mount'))(
    'a request that has no room leaves no part of a secret behind',
    async () => {
      const file = newFile();
      const mount = `mount -t tmpfs -o size=8k none ${quoted(path.dirname(file))}`;
      const stranger = path.join(path.dirname(file), 'auth.json.intents', path.basename(strangersIntent('')));
      const wrapper = having(`${mount}; mkdir -p ${quoted(stranger)}`);
      const options = { leaseMs: 3_600_000, ...patient };
      const writer = await newWriter({ wrapper, setup: reporter, options });
      for (let n = 0; n < 3; n++)
        expect(await writer.call('set', file, 'big', secret)).toEqual(refused('ENOSPC'));
      writer.endInput();
      expect(JSON.parse(await writer.line())).toMatchObject({ secrets: 0, file: false });
    },
  );
});

describe('a foreign entry beside the file', () => {
  it('a file in the place of the intents is an error, and stays', async () => {
    const file = newFile();
    writeFileSync(`${file}.intents`, 'mine');
    const writer = await newWriter();
    expect(await writer.call('set', file, 'a', 1)).toEqual(refused('ENOTDIR'));
    expect(await writer.call('all', file)).toEqual({ ok: true, value: {} });
    expect(textOf(`${file}.intents`)).toBe('mine');
  });

  it('the lock directory of another program does not block a write, and stays', async () => {
    const file = newFile();
    mkdirSync(`${file}.lock`);
    await openStore(file).set('a', 1);
    expect(readdirSync(path.dirname(file))).toContain('auth.json.lock');
  });
});
