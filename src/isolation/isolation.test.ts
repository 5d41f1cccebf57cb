import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { eachInTiers } from '../tiers.test.helper.js';
import { newScene, python, type Scene, script, setting, waits, whyNot } from './isolation.test.helper.js';

const shell = (script: string, file: string) => ['sh', '-c', script, 'sh', file];

/** Each reads, waits, and writes the entry `own` to what it has read. */
const kinds: Record<string, (file: string) => string[]> = {
  'Node, in place': (file) => [
    process.execPath,
    '-e',
    `const fs = require('fs'); const [file] = process.argv.slice(1);
     const found = JSON.parse(fs.readFileSync(file)); fs.writeFileSync(process.env.READY, '');
     const wait = () => fs.existsSync(process.env.GO)
       ? fs.writeFileSync(file, JSON.stringify({ ...found, own: 1 })) : setTimeout(wait, 5);
     wait();`,
    file,
  ],
  'Node, asynchronously, by a rename': (file) => [
    process.execPath,
    '-e',
    `const fs = require('fs'); const { readFile, writeFile, rename } = fs.promises; const [file] = process.argv.slice(1);
     (async () => {
       const found = JSON.parse(await readFile(file)); await writeFile(process.env.READY, '');
       while (!fs.existsSync(process.env.GO)) await new Promise((resolve) => setTimeout(resolve, 5));
       await writeFile(file + '.tmp', JSON.stringify({ ...found, own: 1 })); await rename(file + '.tmp', file);
     })();`,
    file,
  ],
  'a shell, by a filter and a redirection': (file) =>
    shell(`sed 's/}/,"own":1}/' "$1" > "$1.tmp"; ${waits}; cat "$1.tmp" > "$1"; rm "$1.tmp"`, file),
  'Python, in place': (file) => python('over', file),
  'Python, by a rename': (file) => python('rename', file),
  'a shell, by a filter and mv': (file) =>
    shell(`sed 's/}/,"own":1}/' "$1" > "$1.tmp"; ${waits}; mv "$1.tmp" "$1"`, file),
  'sed -i': (file) => shell(`cat "$1" > "$READY"; ${waits}; sed -i 's/"a"/"own": 1, "a"/' "$1"`, file),
};

/** While the program waits, another one sets `other`. */
async function race(scene: Scene, line: string[], isIsolated: boolean) {
  const run = (one: string[]) => (isIsolated ? scene.run(one) : scene.plain(one));
  const first = run(line);
  await scene.isReady();
  const second = await run(setting('other', scene.file));
  scene.letGo();
  return [await first, second];
}

describe.skipIf(whyNot !== undefined)(`an isolated program${whyNot ? ` (${whyNot})` : ''}`, () => {
  const losers = Object.entries(kinds).filter(([name]) => name !== 'sed -i');

  eachInTiers(losers, 1)('as it is loses what another one has written meanwhile: %s', async (_, lineOf) => {
    const scene = newScene();
    await race(scene, lineOf(scene.file), false);
    expect(scene.read()).not.toHaveProperty('other');
  });

  // Those in Python are among the ways of breaks.test.ts, too.
  eachInTiers(Object.entries(kinds), 2)('isolated keeps it: %s', async (_, lineOf) => {
    const scene = newScene();
    const ends = await race(scene, lineOf(scene.file), true);
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(Object.keys(scene.read()).toSorted().join()).toMatch(/^a,b,other,(own|over|rename)$/);
  });

  it('removes what it means to remove, and nothing that others have added', async () => {
    const scene = newScene({ a: 1, b: 2, c: 3 });
    const remover = script(
      `found = load(); turn()
del found['b'], found['c']; save(found)`,
      scene.file,
    );
    const removed = scene.run(remover);
    await scene.isReady();
    await scene.store((store) => store.set('other', 1));
    scene.letGo();
    await removed;
    expect(scene.read()).toEqual({ a: 1, other: 1 });
  });

  it('brings nothing back that others have removed', async () => {
    const scene = newScene();
    const first = scene.run(python('over', scene.file));
    await scene.isReady();
    await scene.store((store) => store.remove('b'));
    scene.letGo();
    await first;
    expect(scene.read()).toEqual({ a: 1, over: 1 });
  });

  it('knows what the programs have read that it has started, and that have ended', async () => {
    const scene = newScene();
    const again = 'mkfifo "$GO.2"; : > "$READY.2"; read -r _ < "$GO.2"';
    const all = `${waits}; sed 's/}/,"own":1}/' "$1" > "$1.tmp"; ${again}; mv "$1.tmp" "$1"`;
    const first = scene.run(shell(all, scene.file));
    await scene.isReady();
    await scene.store((store) => store.set('other', 1));
    scene.letGo();
    await expect.poll(() => existsSync(`${scene.ready}.2`)).toBe(true);
    await scene.store((store) => store.remove('other'));
    scene.letGo(`${scene.go}.2`);
    await first;
    // Taken for one that knows only what was there at the beginning, it would have set the other entry.
    expect(scene.read()).toEqual({ a: 1, b: 2, own: 1 });
  });

  eachInTiers([16, 40])(
    'loses nothing and brings nothing back in a race of several, in place and by renames: %d changes of each',
    async (changes) => {
      const scene = newScene({ seed: 1 });
      // Every fourth change removes the oldest key of its own.
      const racer = (name: string) =>
        script(
          `name, mine = sys.argv[2], []
for n in range(int(sys.argv[3])):
    found = load()
    time.sleep(n % 5 / 1000)
    if n % 4 == 3: del found[mine.pop(0)]
    else: mine.append(f'{name}{n}'); found[mine[-1]] = n
    if n % 2: save(found)
    else: save(found, f'{F}.{name}'); os.rename(f'{F}.{name}', F)
print(','.join(mine))`,
          scene.file,
          name,
          String(changes),
        );
      const ends = await Promise.all(['w', 'x', 'y', 'z'].map((name) => scene.run(racer(name))));
      expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
      const expected = ends.flatMap(({ stdout }) => stdout.split(','));
      expect(Object.keys(scene.read()).toSorted()).toEqual(['seed', ...expected].toSorted());
    },
  );

  it('merges a file of another format, and commits nothing of it before the last writer has closed it', async () => {
    const scene = newScene('; all\na=1\n\n[s]\nb=1\n');
    const flags = ['--isolate', '--format', 'ini'];
    // It has emptied the file, and half of what it writes is there, when another one changes an entry.
    const slow = shell(
      `grep -v '^a=' "$1" > "$1.tmp"; { head -2 "$1.tmp"; ${waits}; tail -n +3 "$1.tmp"; echo own=1; } > "$1"`,
      scene.file,
    );
    const first = scene.run(slow, flags);
    await scene.isReady();
    const second = await scene.run(shell(`sed -i 's/b=1/b=2/' "$1"`, scene.file), flags);
    scene.letGo();
    expect([(await first).exitCode, second.exitCode]).toEqual([0, 0]);
    expect(readFileSync(scene.file, 'utf8')).toBe('; all\n\n[s]\nb=2\nown=1\n');
    // For what reads JSON, it is a file that can't be used, as it was before: it is not replaced from the copy, say.
    const json = await scene.run(['true']);
    expect([json.exitCode, json.stderr]).toEqual([2, expect.stringContaining('not isolated: ')]);
    expect(readFileSync(scene.file, 'utf8')).toContain('b=2');
  });

  eachInTiers(
    [
      ['yaml', 'hosts:\n  a: 1 # one\n  b: 1\n', 'hosts:\n  a: 1 # one\n  b: 2\n  own: 1\n'],
      ['toml', '[hosts]\na = 1\nb=1\n', '[hosts]\na = 1\nb=2\n  own=1\n'],
      ['json:2', '{"hosts":{"a":1,"b":1}}', '{"hosts":{"a":1,"b":2,"own":1}}'],
    ] as const,
    1,
  )('merges what two programs change within one entry at the top: %s', async (format, before, after) => {
    const scene = newScene(before);
    const flags = ['--isolate', '--format', format];
    const own = format === 'toml' ? '  own=1' : '  own: 1';
    const add = format === 'json:2' ? `sed 's/"b":1/&,"own":1/' "$1"` : `{ cat "$1"; echo '${own}'; }`;
    const first = scene.run(shell(`${add} > "$1.tmp"; ${waits}; cat "$1.tmp" > "$1"`, scene.file), flags);
    await scene.isReady();
    const second = await scene.run(shell(`sed -i 's/b\\("*[:= ] *\\)1/b\\12/' "$1"`, scene.file), flags);
    scene.letGo();
    expect([(await first).exitCode, second.exitCode]).toEqual([0, 0]);
    const text = readFileSync(scene.file, 'utf8');
    if (format === 'json:2') expect(JSON.parse(text)).toEqual(JSON.parse(after));
    else expect(text).toBe(after);
  });

  it('leaves nothing beside the file that the store does not keep there', async () => {
    const scene = newScene();
    await race(scene, kinds['Python, by a rename']?.(scene.file) ?? [], true);
    const { stdout } = await scene.plain(['ls', '-A', scene.directory]);
    expect(stdout.split('\n')).toEqual(['auth.json', 'auth.json.intents', 'auth.json.last']);
  });

  it('merges what programs beside it write by the rules for these', async () => {
    const entry = (key: string) => ({ type: 'api', key });
    const scene = newScene({ a: entry('a'), b: entry('b') });
    const first = scene.run(python('over', scene.file));
    await scene.isReady();
    const second = [1, 2].map((at) => scene.run(setting(`isolated${at}`, scene.file)));
    await Promise.all(second);
    // From a copy older than both, and without isolation.
    writeFileSync(scene.file, JSON.stringify({ a: entry('a'), b: entry('b'), beside: entry('c') }), {
      flag: 'r+',
    });
    truncateSync(scene.file, JSON.stringify({ a: entry('a'), b: entry('b'), beside: entry('c') }).length);
    await expect.poll(() => readFileSync(scene.file, 'utf8')).toContain('isolated2');
    scene.letGo();
    await first;
    const keys = ['a', 'b', 'beside', 'isolated1', 'isolated2', 'over'];
    expect(Object.keys(scene.read()).toSorted()).toEqual(keys);
  });

  it('keeps the state before it removes several entries at once', async () => {
    const scene = newScene({ a: 1, b: 2, c: 3 });
    await scene.run(['sh', '-c', 'cat "$1"; printf \'{"a":1}\' > "$1"', 'sh', scene.file]);
    expect(scene.read()).toEqual({ a: 1 });
    const kept = readdirSync(scene.directory).filter((name) => name.startsWith('auth.json.corrupt-'));
    expect(kept.map((name) => JSON.parse(readFileSync(path.join(scene.directory, name), 'utf8')))).toEqual([
      { a: 1, b: 2, c: 3 },
    ]);
  });
});
