import { describe, expect, it } from 'vitest';
import { newScene, setting, whyNot } from './isolation.test.helper.js';

const shell = (script: string, file: string) => ['sh', '-c', script, 'sh', file];
const snake = (script: string, file: string) => [
  'python3',
  '-c',
  `import json, os, sys; F = sys.argv[1]; load = lambda: json.load(open(F))\n${script}`,
  file,
];
const waits = ': > "$READY"; while [ ! -e "$GO" ]; do sleep 0.01; done';

/** Each takes the file away, and puts it back: as it was, or with the entry `own`. */
const returns: [title: string, lineOf: (file: string) => string[], keys: string][] = [
  ['mv away, and back', (file) => shell('mv "$1" "$1.bak"; mv "$1.bak" "$1"', file), 'a,b'],
  ['a copy, rm, and cp back', (file) => shell('cp "$1" "$1.bak"; rm "$1"; cp "$1.bak" "$1"', file), 'a,b'],
  [
    'a filter, rm, and mv',
    (file) => shell(`sed 's/}/,"own":1}/' "$1" > "$1.new"; rm "$1"; mv "$1.new" "$1"`, file),
    'a,b,own',
  ],
  [
    'Python: a read, an unlink, and a write',
    (file) => snake("d = load(); os.unlink(F); d['own'] = 1; json.dump(d, open(F, 'w'))", file),
    'a,b,own',
  ],
  [
    'Python: a read, a rename away, and back',
    (file) => snake("load(); os.rename(F, F + '.bak'); os.rename(F + '.bak', F)", file),
    'a,b',
  ],
  [
    'Node: a read, a removal, and a write',
    (file) => [
      process.execPath,
      '-e',
      `const fs = require('fs'); const [file] = process.argv.slice(1); const old = JSON.parse(fs.readFileSync(file));
       fs.rmSync(file); fs.writeFileSync(file, JSON.stringify({ ...old, own: 1 }));`,
      file,
    ],
    'a,b,own',
  ],
  [
    'an empty document in its place',
    (file) => shell(`printf '{}' > "$1.new"; rm "$1"; mv "$1.new" "$1"`, file),
    '',
  ],
];

describe.skipIf(whyNot !== undefined)(`an isolated program${whyNot ? ` (${whyNot})` : ''}`, () => {
  it.each(returns)('that takes the file away and puts it back loses nothing: %s', async (_, lineOf, keys) => {
    const scene = newScene();
    const { exitCode } = await scene.run(lineOf(scene.file));
    expect([exitCode, Object.keys(scene.read()).toSorted().join()]).toEqual([0, keys]);
  });

  it('that takes the file away keeps what another one has put there before it puts its own back', async () => {
    const scene = newScene();
    const first = scene.run(shell(`cp "$1" "$1.bak"; rm "$1"; ${waits}; cp "$1.bak" "$1"`, scene.file));
    await scene.isReady();
    await scene.run(shell(`printf '{"other":1}' > "$1"`, scene.file));
    scene.letGo();
    expect((await first).exitCode).toBe(0);
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'b', 'other']);
  });

  it('writes all that it has where another program has removed the file', async () => {
    const scene = newScene();
    const first = scene.run(
      shell(`sed 's/}/,"own":1}/' "$1" > "$1.new"; ${waits}; mv "$1.new" "$1"`, scene.file),
    );
    await scene.isReady();
    await scene.run(['rm', scene.file]);
    scene.letGo();
    await first;
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'b', 'own']);
    await scene.run(setting('other', scene.file));
    expect(scene.read()).toHaveProperty('other');
  });
});
