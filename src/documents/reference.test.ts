import { readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { long } from '../tiers.test.helper.js';
import { project } from './snippets.test.helper.js';

const workspace = path.join(project, 'tools', 'reference');
const typedoc = path.join(workspace, 'node_modules', 'typedoc', 'bin', 'typedoc');

interface Settings {
  entryPoints: string[];
  requiredToBeDocumented: string[];
}

/** What a module exports by its own name and where from, as the compiler writes it. */
const exported = /^export (?:type )?\{([^}]*)\} from '(\.[^']*)';$/gm;
const declared =
  /^export (?:declare )?(?:default )?(?:abstract )?(?:class|interface|type|const|function) (\w+)/;
/** A method of a class or an interface; those of the language say by their names what they do. */
const method = /^ {4}(?:static )?(?!constructor\b)(\w+)\??(?:<.*>)?\(/;

/** The names of what a module exports that has no docstring, and of its methods. */
function withoutDocstring(file: string, names: ReadonlySet<string>): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  let inside: string | undefined;
  let before: string | undefined;
  return lines.flatMap((line, at) => {
    const [, name] = declared.exec(line) ?? [];
    if (name !== undefined) inside = names.has(name) && line.endsWith('{') ? name : undefined;
    if (line === '}') inside = undefined;
    const [, called] = inside === undefined ? [] : (method.exec(line) ?? []);
    const meant = name === undefined ? called : names.has(name) ? name : undefined;
    // The others of an overloaded function have the docstring of the first.
    const isDocumented = (lines[at - 1] ?? '').endsWith('*/') || meant === before;
    before = meant;
    return meant === undefined || isDocumented ? [] : [`${path.basename(file)}: ${line.trim()}`];
  });
}

/** The names that are exported of each module, from an entry on. */
function exportsFrom(file: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const text = readFileSync(file, 'utf8');
  const own = Array.from(text.matchAll(new RegExp(declared, 'gm')), ([, name = '']) => name);
  found.set(file, new Set(own));
  for (const [, names = '', from = ''] of text.matchAll(exported)) {
    const module = path.join(path.dirname(file), from.replace(/\.js$/, '.d.ts'));
    const all = names.split(',').map((name) =>
      name
        .trim()
        .replace(/^type /, '')
        .replace(/ as .*/, ''),
    );
    found.set(module, new Set([...(found.get(module) ?? []), ...all.filter((name) => name !== '')]));
  }
  return found;
}

// What the exports refer to, and what their types are made of, TypeDoc looks at.
it('every class, type, variable and function that an entry of the package exports has a docstring, and so has every method of it', () => {
  const settings = JSON.parse(readFileSync(path.join(workspace, 'typedoc.json'), 'utf8')) as Settings;
  const modules = settings.entryPoints.flatMap((entry) => [...exportsFrom(path.join(workspace, entry))]);
  expect(modules.reduce((sum, [, names]) => sum + names.size, 0)).toBeGreaterThan(150);
  expect(modules.flatMap(([file, names]) => withoutDocstring(file, names))).toEqual([]);
  const texts = new Set(modules.map(([file]) => readFileSync(file, 'utf8')));
  const all = [...texts].join('\n');
  const links = Array.from(all.matchAll(/\{@link (\w+)/g), ([, name]) => name);
  expect(
    links.filter((name) => !new RegExp(`\\b(class|interface|type|const|function) ${name}\\b`).test(all)),
  ).toEqual([]);
});

it('every export of the package has a docstring, and every link in a docstring resolves', long, async () => {
  const args = [typedoc, '--emit', 'none'];
  const result = await execa(process.execPath, args, { cwd: workspace, reject: false, all: true });
  expect([result.exitCode, result.all]).toEqual([0, expect.any(String)]);
});
