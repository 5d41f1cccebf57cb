import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Copies the types of the entries, and those that they name. The compiler writes those of every module.
 * @returns the files, relative to the folder that they were copied to
 */
export function copyTypes(from, to, entries) {
  const found = new Set(entries.map((entry) => entry.replace(/\.ts$/, '.d.ts')));
  for (const file of found) {
    const text = readFileSync(path.join(from, file), 'utf8');
    for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)) {
      const named = path.join(path.dirname(file), specifier).replace(/\.js$/, '.d.ts');
      if (existsSync(path.join(from, named))) found.add(named);
    }
    // What a user may do without is no error of theirs.
    const types = text.replace(/^import .* from ['"]hono['"];$/gm, '// @ts-ignore\n$&');
    mkdirSync(path.join(to, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(to, file), types);
  }
  return found;
}
