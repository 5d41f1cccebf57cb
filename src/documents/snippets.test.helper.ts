import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { inject, onTestFinished } from 'vitest';
import { userCompilerFlags } from '../user-compiler.test.helper.js';

export const project = fileURLToPath(new URL('../../', import.meta.url));

const manifest = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8')) as {
  bin: { holdfast: string };
};

/** What `holdfast` in a document starts: what package.json names. */
export const command = path.join(inject('installation'), manifest.bin.holdfast);

export interface Snippet {
  document: string;
  /** `sh`, `ts`, or '' for output and for what is typed at a prompt. */
  language: string;
  text: string;
}

/** The documents of the project, by their paths in it. */
export const documents = [
  ...['README.md', 'GUARANTEES.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...readdirSync(path.join(project, 'docs'), { recursive: true, encoding: 'utf8' })
    // docs/api is written from the docstrings, which a test of its own looks at.
    .filter((name) => name.endsWith('.md') && !name.startsWith(`api${path.sep}`))
    .map((name) => path.join('docs', name)),
];

/** All that stands between fences in the documents, in order. */
export const snippets: readonly Snippet[] = documents.flatMap((document) => {
  const text = readFileSync(path.join(project, document), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', body = '']) => ({
    document,
    language,
    text: body,
  }));
});

/** The one snippet with these words. */
export function snippetWith(words: string): string {
  const found = snippets.filter(({ text }) => text.includes(words));
  if (found.length !== 1)
    throw new Error(`${found.length} snippets have ${JSON.stringify(words)}: expected one`);
  return found[0]?.text ?? '';
}

/** The command lines of all shell snippets, without their comments. */
export const commandLines = snippets
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '');

/** README's frame of a store of one's own, filled in as most programs do it: two writers at once, and an entry is gone. */
export function losingStore(): string {
  return [
    "import { readFileSync, renameSync, writeFileSync } from 'node:fs';",
    'const read = (file: string): Record<string, unknown> => {',
    "  try { return JSON.parse(readFileSync(file, 'utf8')); } catch { return {}; }",
    '};',
    'const write = (file: string, entries: Record<string, unknown>): void => {',
    "  const own = file + '.' + process.pid;",
    '  writeFileSync(own, JSON.stringify(entries), { mode: 0o600 });',
    '  renameSync(own, file);',
    '};',
    snippetWith('// my-store.ts')
      .replace('/* undefined where absent */', 'return read(file)[key];')
      .replace('/* every entry */', 'return read(file);')
      .replace('/* ... */', 'write(file, { ...read(file), [key]: value });')
      .replace('/* ... */', 'const { [key]: _, ...rest } = read(file); write(file, rest);'),
  ].join('\n');
}

/** The same place, with the store of this project in it. */
export const safeStore = `
import { openStore } from 'holdfast';
export const open = (file: string) => openStore(file);
export const artifacts = [/\\.last$/, /\\.intents$/, /\\.refresh$/, /\\.corrupt-[0-9a-f]{16}$/];
`;

/** A directory in which the package is known by its name, gone after the test. */
export function newProject(files: Readonly<Record<string, string>>): string {
  mkdirSync(path.join(project, 'reports'), { recursive: true });
  const directory = mkdtempSync(path.join(project, 'reports', 'documents-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  return directory;
}

/** Runs Node with a home of its own. */
export function runNode(directory: string, ...args: string[]) {
  const home = { HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory };
  // A user's project has another name than this one, whose own scripts are named in what is printed.
  const env = { ...home, npm_package_name: undefined };
  return execa(process.execPath, args, { cwd: directory, env, reject: false, all: true });
}

export interface Ended {
  exitCode: number | undefined;
  all: string;
}

/** Runs programs in TypeScript, which the compiler has accepted, one after the other in one process. */
export async function runTypeScripts(directory: string, names: readonly string[]): Promise<Ended> {
  const compiler = path.join(project, 'node_modules', 'typescript', 'bin', 'tsc');
  const { exitCode, all } = await runNode(directory, compiler, ...userCompilerFlags, ...names);
  if (exitCode !== 0) throw new Error(`${names} are not accepted:\n${all}`);
  const program = names
    .map((name) => `await import(${JSON.stringify(path.join(directory, name))});`)
    .join('\n');
  const result = await runNode(directory, '--import', 'tsx', '--input-type=module', '-e', program);
  return { exitCode: result.exitCode, all: result.all };
}

export const runTypeScript = (directory: string, name: string) => runTypeScripts(directory, [name]);

export const vitest = path.join(project, 'node_modules', 'vitest', 'vitest.mjs');
