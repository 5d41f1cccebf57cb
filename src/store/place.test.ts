import { lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureOf, modeOf, newDirectory, newFile, textOf } from './scratch.test.helper.js';
import { openStore } from './store.js';
import { library, runBuilt } from './system.test.helper.js';

const isPosix = process.platform !== 'win32';

describe.skipIf(!isPosix)('the modes of files and directories', () => {
  // In a process of its own: the umask is the whole process's.
  const masks = ['000', '022', '077', '777'];
  const program = (directory: string) => `
    import { writeFileSync } from 'node:fs';
    const { openStore } = await import(${JSON.stringify(library)});
    for (const mask of ${JSON.stringify(masks)}) {
      const file = ${JSON.stringify(directory)} + '/' + mask + '/opencode/auth.json';
      process.umask(Number.parseInt(mask, 8));
      try {
        const store = openStore(file);
        await store.set('a', 1);
        await store.set('b', 2);
        writeFileSync(file, '{');
        await store.all();
        console.log('done');
      } catch (error) {
        console.log(error.message);
      }
    }`;

  it('files are 0600 and directories 0700 under every umask', async () => {
    const directory = newDirectory();
    const running = runBuilt(program(directory));
    const found = [];
    for (const mask of masks) {
      found.push({ mask, outcome: await running.line(), modes: modesBelow(path.join(directory, mask)) });
    }
    const modes = {
      '.': '700',
      opencode: '700',
      'opencode/auth.json': '600',
      'opencode/auth.json.corrupt-021fb596db81e6d0': '600',
      'opencode/auth.json.intents': '700',
      'opencode/auth.json.last': '600',
    };
    expect(found).toEqual(masks.map((mask) => ({ mask, outcome: 'done', modes })));
  });

  it('looser modes are tightened by the first write', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":1}', { mode: 0o644 });
    mkdirSync(`${file}.intents`, { mode: 0o755 });
    await openStore(file).set('b', 2);
    expect([modeOf(file), modeOf(`${file}.intents`)]).toEqual(['600', '700']);
  });
});

function modesBelow(directory: string): Record<string, string> {
  const names = ['.', ...(readdirSync(directory, { recursive: true }) as string[])].sort();
  return Object.fromEntries(names.map((name) => [name, modeOf(path.join(directory, name))]));
}

describe.skipIf(!isPosix)('a symbolic link', () => {
  const layouts: [string, (link: string, real: string) => void][] = [
    ['an absolute link', (link, real) => symlinkSync(real, link)],
    ['a relative link', (link, real) => symlinkSync(path.relative(path.dirname(link), real), link)],
    [
      'a link to a link',
      (link, real) => {
        symlinkSync(real, `${link}.2`);
        symlinkSync(`${link}.2`, link);
      },
    ],
  ];

  it.each(layouts)(
    'a write through a link changes its target, and the link stays: %s',
    async (_, makeLink) => {
      const [link, real] = [newFile(), newFile()];
      writeFileSync(real, '{"a":1}');
      makeLink(link, real);
      const store = openStore(link);
      await store.set('b', 2);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
      expect(lstatSync(real).isFile()).toBe(true);
      expect(JSON.parse(textOf(real))).toEqual({ a: 1, b: 2 });
      // Nothing lies beside the link: another mount could not take part in a rename.
      const beside = readdirSync(path.dirname(link), { withFileTypes: true });
      expect(beside.filter((found) => !found.isSymbolicLink())).toEqual([]);
    },
  );

  it.each(layouts)(
    'a write through a dangling link creates its target, and the link stays: %s',
    async (_, makeLink) => {
      const [link, real] = [newFile(), path.join(newDirectory(), 'not-yet', 'auth.json')];
      makeLink(link, real);
      const store = openStore(link);
      expect(await store.all()).toEqual({});
      await store.set('b', 2);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
      expect(JSON.parse(textOf(real))).toEqual({ b: 2 });
      expect(await store.get('b')).toBe(2);
    },
  );

  it('two paths to one file share its commits', async () => {
    const [link, real] = [newFile(), newFile()];
    symlinkSync(real, link);
    const [one, other] = [openStore(link), openStore(real)];
    await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? one : other).set(`k${n}`, n)));
    expect(Object.keys(JSON.parse(textOf(real)))).toHaveLength(10);
  });

  it('a link that was changed is followed to its new target', async () => {
    const directory = newDirectory();
    const link = path.join(directory, 'auth.json');
    const store = openStore(link);
    for (const name of ['one', 'two']) {
      rmSync(link, { force: true });
      symlinkSync(path.join(directory, name), link);
      await store.set(name, true);
    }
    expect(JSON.parse(textOf(path.join(directory, 'two')))).toEqual({ two: true });
    expect(readlinkSync(link)).toBe(path.join(directory, 'two'));
  });

  it('a circle of links is an error', async () => {
    const file = newFile();
    symlinkSync(`${file}.2`, file);
    symlinkSync(file, `${file}.2`);
    await expect(openStore(file).set('a', 1)).rejects.toMatchObject({ code: 'E_IO', definite: true });
  });
});

it('a link above the file that leads nowhere is an error', async () => {
  const link = path.join(newDirectory(), 'unmounted');
  symlinkSync('/nowhere/at/all', link);
  const error = await failureOf(openStore(path.join(link, 'auth.json')).set('a', 1));
  expect(error).toMatchObject({ code: 'E_IO', definite: true });
  expect(error.message).toContain('leads nowhere');
});
