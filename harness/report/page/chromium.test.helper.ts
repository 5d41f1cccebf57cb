import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { atFileEnd } from '../../../src/file-end.test.helper.js';
import { chromium as executablePath } from '../../../src/http/browser/browser.test.helper.js';

let browser: Promise<Browser> | undefined;

/** One Chromium for all pages of a file. */
function launched(): Promise<Browser> {
  if (browser === undefined) {
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
    browser = chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args });
    atFileEnd(() => {
      void browser?.then((one) => one.close());
      browser = undefined;
    });
  }
  return browser;
}

/** A page, and what it said and asked for that it should not have. */
export interface Opened {
  page: Page;
  complaints: string[];
}

export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await (await launched()).newContext({ viewport: { width: 1280, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url.split('#')[0]) complaints.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  await page.goto(url);
  return { page, complaints };
}

export interface Box {
  x: number;
  y: number;
  right: number;
  bottom: number;
}

/** Where an element is drawn, in pixels of the window. */
export async function boxOf(page: Page, selector: string): Promise<Box> {
  const found = page.locator(selector).first();
  await found.waitFor({ state: 'attached' });
  return found.evaluate((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { x: left, y: top, right, bottom };
  });
}

/** Where a line begins and ends, in pixels of the window. */
export async function endsOf(page: Page, selector: string): Promise<[from: Point, to: Point]> {
  const found = page.locator(selector).first();
  await found.waitFor({ state: 'attached' });
  return found.evaluate((element) => {
    const path = element as unknown as Path;
    const matrix = path.getScreenCTM();
    const place = (length: number) => {
      const { x, y } = path.getPointAtLength(length).matrixTransform(matrix);
      return { x, y };
    };
    return [place(0), place(path.getTotalLength())];
  });
}

/** What a path of SVG can say, of which Node's types know nothing. */
interface Path {
  getScreenCTM(): unknown;
  getTotalLength(): number;
  getPointAtLength(length: number): { matrixTransform(matrix: unknown): Point };
}

export interface Point {
  x: number;
  y: number;
}

/** The texts of a picture that lie on each other, and those that are cut off at its sides. */
export function collisionsIn(page: Page, selector: string): Promise<string[]> {
  return page
    .locator(selector)
    .first()
    .evaluate((svg) => {
      const shown = [...svg.querySelectorAll('text')].filter(({ textContent }) => textContent !== '');
      const boxes = shown.map((element) => ({
        text: element.textContent ?? '',
        box: element.getBoundingClientRect(),
      }));
      const { left, right } = svg.getBoundingClientRect();
      const cut = boxes.filter(({ box }) => box.left < left - 1 || box.right > right + 1);
      const found = cut.map(({ text }) => `${text} is cut`);
      for (const [at, one] of boxes.entries())
        for (const other of boxes.slice(at + 1)) {
          const [a, b] = [one.box, other.box];
          const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
          const tall = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          // Boxes of letters have room above and below them.
          if (wide > 1 && tall > 4) found.push(`${one.text} lies on ${other.text}`);
        }
      return found;
    });
}

const axe = () => readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong, in words. */
export async function violationsOfAxe(page: Page): Promise<string[]> {
  // As a debugger does: the page's own policy lets no other script run.
  await page.evaluate(axe());
  return page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } })
      .axe;
    interface AxeViolation {
      id: string;
      nodes: { html: string; failureSummary: string }[];
    }
    const { violations } = await run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  });
}
