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
  // `npm run docs` writes the reference, which no commit has.
  return [...links, ...named.map(([, name = '']) => name)].filter((name) => name !== 'docs/api');
}

it.each(documents)('every file that %s names or links to exists', (document) => {
  expect(pathsIn(document).filter((name) => !existsSync(path.join(project, name)))).toEqual([]);
});

/** The parts of documents that a document points at: `docs/cli.md#exit-codes`. */
function anchorsIn(document: string): string[] {
  const text = readFileSync(path.join(project, document), 'utf8');
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].map(
    ([, name = '', anchor]) =>
      `${name === '' ? document : path.join(path.dirname(document), name)}#${anchor}`,
  );
}

/** As the repository's host makes them of the headings. */
function hasAnchor(link: string): boolean {
  const [document = '', anchor] = link.split('#');
  const text = readFileSync(path.join(project, document), 'utf8');
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
  return headings.some((heading) => heading.replace(/[^\w\s-]/g, '').replaceAll(' ', '-') === anchor);
}

it.each(documents)('every section of a document that %s links to exists', (document) => {
  expect(anchorsIn(document).filter((link) => !hasAnchor(link))).toEqual([]);
});

it('the documents have links to files and sections', () => {
  expect(documents.flatMap(pathsIn).length).toBeGreaterThan(40);
  expect(documents.flatMap(anchorsIn).length).toBeGreaterThan(3);
});
