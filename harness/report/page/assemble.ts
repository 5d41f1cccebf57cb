import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { escapeHtml } from '../escape.js';
import type { PageData } from './data.js';

/** What a build has made of the sources in `client`. */
interface Assets {
  css: string;
  js: string;
}

let assets: Assets | undefined;

/**
 * One page that needs nothing else and loads nothing: style, program and data are in it, and its policy (Content-Security-Policy)
 * allows these alone, by their hashes. What was recorded is data: the program makes text of it, never markup. All is ASCII: with one
 * other character in three megabytes, Chromium takes two bytes for each, and four times as long to decode them.
 *
 * @param live where a server keeps the page up to date: then the page may ask that server, and nothing else
 */
export function assemble(data: PageData, live?: { events: string }): string {
  assets ??= { css: asset('page.css'), js: asset('page.js') };
  const { css, js } = assets;
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(js)}`,
    `style-src ${hashOf(css)}`,
    live === undefined ? "connect-src 'none'" : "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${inHtml(data.title)}</title>
<style>${css}</style>
</head>
<body>
<main id="page"></main>
<noscript><p>${inHtml(`${data.headline}. ${data.meaning}`)} The pictures need a script; the same in words is in summary.md beside this page.</p></noscript>
<script type="application/json" id="data">${inScript(data)}</script>
${live === undefined ? '' : `<script type="application/json" id="live">${inScript(live)}</script>\n`}<script>${js}</script>
</body>
</html>
`;
}

/** JSON that ends no script element, and begins none, in ASCII. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text in ASCII. */
function inHtml(text: string): string {
  return escapeHtml(text).replace(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`);
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Beside this module in `dist`. A test runs the module from its source, and takes what was built. */
function asset(name: string): string {
  const beside = new URL(`./${name}`, import.meta.url);
  const built = new URL(`../../../dist/harness/report/page/${name}`, import.meta.url);
  return readFileSync(fileURLToPath(existsSync(beside) ? beside : built), 'utf8');
}
