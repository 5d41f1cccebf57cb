import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where processes of other users find what was built, and the packages that it imports. */
    installation: string;
  }
}

const project = fileURLToPath(new URL('..', import.meta.url));

/**
 * Vitest's global setup. Some tests of root start processes of other users, who can't read a checkout below a directory of
 * mode 0700, such as root's home. Then there is a copy, with what an installed package has, that they can read.
 */
export default function setup(vitest: TestProject): (() => void) | undefined {
  if (process.getuid?.() !== 0 || isReadableByOthers()) {
    vitest.provide('installation', project);
    return undefined;
  }
  const copy = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-installation-')));
  const data = ['schedules', 'programs'].map((name) => path.join('scenarios', name));
  for (const name of ['package.json', 'dist', 'build', 'native', ...data, ...dependencies()])
    cpSync(path.join(project, name), path.join(copy, name), { recursive: true });
  spawnSync('chmod', ['-R', 'a+rX', copy]);
  chmodSync(copy, 0o755);
  vitest.provide('installation', copy);
  return () => rmSync(copy, { recursive: true, force: true });
}

/** Whether a user who owns nothing can read the build. Where nobody can become that user, no test does. */
function isReadableByOthers(): boolean {
  const command = path.join(project, 'dist', 'src', 'cli', 'main.js');
  const { error, status } = spawnSync('test', ['-r', command], { uid: 65534, gid: 65534 });
  return error !== undefined || status === 0;
}

/** The folders of all packages that what was built imports, and of those that these need. Some are for other platforms, and not there. */
function dependencies(): string[] {
  const text = readFileSync(path.join(project, 'node_modules', '.package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, Partial<Manifest>> };
  const names = new Set(importedPackages());
  for (const name of names) {
    const { dependencies, optionalDependencies } = packages[`node_modules/${name}`] ?? {};
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) names.add(needed);
  }
  return [...names]
    .map((name) => `node_modules/${name}`)
    .filter((name) => existsSync(path.join(project, name)));
}

interface Manifest {
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}

function importedPackages(): string[] {
  const built = path.join(project, 'build');
  const files = readdirSync(built, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.js') && !name.includes('.test.'),
  );
  return files.flatMap((name) => {
    const text = readFileSync(path.join(built, name), 'utf8');
    const found = text.matchAll(/\b(?:from|import)\s*\(?'((?:@[\w.-]+\/)?[\w][\w.-]*)(?:\/[^']*)?'/g);
    // In the text of a test that the command writes for its user.
    return [...found].map(([, imported = '']) => imported).filter((imported) => imported !== 'vitest');
  });
}
