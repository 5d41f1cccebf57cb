import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { toPage } from '../../dist/harness/index.js';

/**
 * The pictures of the pages in the documents, from what was run:
 *
 *     npm run stress -- --target naive --no-controls --scenario two-terminals,kill-9,pause --duration 20s --out reports/shown
 *     npm run explore -- --target naive
 *     node tools/picture/pages.mjs reports/shown reports/explore
 *
 * They need a Chromium on the PATH. What names a machine is left out of them.
 */
const [run, search] = process.argv.slice(2);
if (run === undefined || search === undefined)
  throw new Error(
    'expected the directory of a run, and of a search: node tools/picture/pages.mjs RUN SEARCH',
  );
const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const bytesMax = 300_000;

const executablePath = process.env.PATH.split(path.delimiter)
  .map((place) => path.join(place, 'chromium'))
  .find((file) => existsSync(file));
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const ran = await pageOf(run);
const searched = pathToFileURL(path.resolve(search, 'report.html')).href;
const group = '.group[open]';
await take('report.png', ran, { width: 1200, height: 1590 });
await take('report-dark.png', ran, {
  width: 1280,
  height: 780,
  colorScheme: 'dark',
  at: '.group:has-text("stopped before its commit")',
});
await take('report-phone.png', ran, { width: 390, height: 1150, at: group });
await take('explore.png', searched, { width: 1280, height: 860, at: '.scenario' });
await browser.close();

/** The page of a run, without what names the machine. */
async function pageOf(directory) {
  const report = JSON.parse(readFileSync(path.join(directory, 'report.json'), 'utf8'));
  const { environment = {} } = report;
  const { system = '' } = environment;
  const shown = { ...report, environment: { ...environment, system: system.replace(/ \S+(?= \S+$)/, '') } };
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'holdfast-pages-')), 'report.html');
  writeFileSync(file, await toPage(shown, directory));
  return pathToFileURL(file).href;
}

async function take(name, url, { width, height, colorScheme = 'light', at }) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(url);
  await page.locator(`${group} svg`).first().waitFor();
  if (at !== undefined) {
    const shown = page.locator(at).first();
    // A group of which there are others before it is closed: its address opens it.
    const id = await shown.getAttribute('id');
    await page.goto(`${url}#${id}`);
    // Where the focus went by it is no part of the picture.
    await shown.evaluate((element) => {
      document.activeElement?.blur();
      element.scrollIntoView({ block: 'start' });
    });
    await shown.locator('svg').first().waitFor();
  }
  const file = path.join(docs, name);
  await page.screenshot({ path: file });
  await page.close();
  const { size } = statSync(file);
  if (size > bytesMax) throw new Error(`${name} has ${size} bytes, expected at most ${bytesMax}`);
  process.stdout.write(`${name}: ${size} bytes\n`);
}
