import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { documents, project } from './snippets.test.helper.js';

/** What a document points at, by paths from the project. */
function pathsIn(document: string): string[] {
  const text = readFileSync(path.join(project, document), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link = '']) =>
    path.join(path.dirname(document), link),
  );
  const named = [...text.matchAll(/`((?:src|harness|scenarios|docs)\/[\w./-]*\w)(?=[`\s])/g)];
  return [...links, ...named.map(([, name = '']) => name)];
}

it.each(documents)('every file that %s names or links to is there', (document) => {
  expect(pathsIn(document).filter((name) => !existsSync(path.join(project, name)))).toEqual([]);
});

it('the documents do point at files', () => {
  expect(documents.flatMap(pathsIn).length).toBeGreaterThan(40);
});
