import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { loadModule } from './load-module.js';

it.each(['commonjs', 'module'])(
  'what two modules in TypeScript import is loaded once, also where the package counts as %s',
  async (type) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
    const write = (name: string, text: string) => {
      writeFileSync(path.join(directory, name), text);
      return pathToFileURL(path.join(directory, name)).href;
    };
    write('package.json', `{ "name": "p", "type": "${type}" }`);
    write('shared.ts', 'const made: object = {};\nexport { made };\n');
    const [a, b] = ['a.ts', 'b.ts'].map((name) => write(name, "export { made } from './shared.ts';\n"));
    const [first, second] = [await loadModule(`${a}`), await loadModule(`${b}`)];
    expect(first.made).toEqual({});
    expect(second.made).toBe(first.made);
  },
);
