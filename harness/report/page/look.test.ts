import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { chromium } from '../../../src/http/browser/browser.test.helper.js';
import { long } from '../../../src/tiers.test.helper.js';
import type { ScenarioReport } from '../../core/report.js';
import { exploreToHtml } from '../../explore/report/html.js';
import { toExploreReport } from '../../explore/report/report.js';
import { boxOf, collisionsIn, endsOf, openPage, violationsOfAxe } from './chromium.test.helper.js';
import { hostileKey, lossEvents, madeUpRun, pageFile } from './made-up.test.helper.js';
import { madeUpExploration } from './made-up-exploration.test.helper.js';
import { severalLosses } from './made-up-losses.test.helper.js';
import { toPage } from './to-page.js';

async function redPage(): Promise<string> {
  const { directory, report } = await madeUpRun(severalLosses());
  return pageFile(directory, await toPage(report, directory));
}

function explorePage(): string {
  const directory = path.join(tmpdir(), `holdfast-test-explore-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  const report = toExploreReport([
    {
      scenario: 'explore',
      exploration: madeUpExploration(),
      reproduce: 'npx holdfast explore --target naive',
    },
  ]);
  return pageFile(
    directory,
    exploreToHtml(report, ({ id }) => `npx holdfast replay ${id}`),
  );
}

const pages = { 'a run': redPage, 'a search': async () => explorePage() };

// Their short twin is glance.test.ts.
describe.skipIf(!chromium)('the pages in a browser', long, () => {
  describe.each(['a run', 'a search'] as const)('of %s', (name) => {
    it.each(['light', 'dark'] as const)('axe-core finds nothing wrong in %s colours', async (colorScheme) => {
      const { page, complaints } = await openPage(await pages[name](), { colorScheme });
      await page.locator('.group[open] svg').first().waitFor();
      for (const summary of await page.locator('details:not([open]) > summary').all())
        if (await summary.isVisible()) await summary.click();
      expect(await violationsOfAxe(page)).toEqual([]);
      expect(complaints).toEqual([]);
    });

    it.each([390, 620, 800, 1280])(
      'the page is no wider than a window of %i pixels, and no text lies on another',
      async (width) => {
        const { page } = await openPage(await pages[name](), { viewport: { width, height: 900 } });
        const svg = '.group[open] .look svg';
        await page.locator(svg).first().waitFor();
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        expect(wide).toBe(width);
        expect(await collisionsIn(page, svg)).toEqual([]);
      },
    );
  });

  it('keys lead through groups and examples, open them, filter, and explain themselves', async () => {
    const { page, complaints } = await openPage(await redPage());
    const current = page.locator('.group.current');
    const place = () => page.locator('.group.current .where a').textContent();
    await page.keyboard.press('j');
    expect(await current.count()).toBe(1);
    expect(await place()).toMatch(/^1 of 3/);
    await page.keyboard.press('n');
    expect(await place()).toMatch(/^2 of 3/);
    await page.keyboard.press('p');
    expect(await place()).toMatch(/^1 of 3/);
    await page.keyboard.press('Enter');
    expect(await current.getAttribute('open')).toBeNull();
    await page.keyboard.press('Enter');
    expect(await current.getAttribute('open')).toBe('');

    const first = await current.getAttribute('id');
    await page.keyboard.press('j');
    expect(await current.getAttribute('id')).not.toBe(first);
    await page.keyboard.press('k');
    expect(await current.getAttribute('id')).toBe(first);

    const all = await page.locator('.group').count();
    await page.keyboard.press('/');
    await page.keyboard.type('no such key');
    expect(await page.locator('.group').count()).toBe(0);
    await page.keyboard.press('Escape');
    expect(await page.locator('.group').count()).toBe(all);

    await page.keyboard.press('?');
    expect(await page.locator('dialog').textContent()).toContain('next and previous group');
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('a guarantee, a key and a client each narrow what is shown', async () => {
    const { page } = await openPage(await redPage());
    await page.locator('.chip[data-guarantee=G2]').click();
    expect(await page.locator('.group .guarantee').allTextContents()).toEqual(
      expect.not.arrayContaining(['G1', 'G4']),
    );
    await page.locator('.bar input').fill('key-2');
    expect(await page.locator('.group .story').textContent()).toContain('key-2');
    expect(await page.locator('.group .where a').first().textContent()).toMatch(/^1 of 1/);
  });

  it('small letters find what has capitals, and an address of what the filter hides takes the filter away', async () => {
    const url = await redPage();
    const { page, complaints } = await openPage(url);
    const input = page.locator('.bar input');
    await input.fill('KEY-2');
    expect(await page.locator('.group').count()).toBe(1);
    await input.fill('no such key');
    await page.locator('.grid th.name a').first().click();
    expect([await input.inputValue(), await page.locator('.scenario').count()]).toEqual(['', 1]);
    const { complaints: others } = await openPage(`${url}#100%`);
    expect([complaints, others]).toEqual([[], []]);
  });

  it('a key of 10,000 characters is cut in the picture, and makes the page no wider', async () => {
    const { directory, report } = await madeUpRun(lossEvents(`<b>${'long-name-'.repeat(1000)}`));
    const url = pageFile(directory, await toPage(report, directory));
    for (const width of [390, 1280]) {
      const { page } = await openPage(url, { viewport: { width, height: 900 } });
      const svg = '.group[open] svg.spacetime';
      await page.locator('.group[open] .look').scrollIntoViewIfNeeded();
      await page.locator(svg).waitFor();
      expect(await collisionsIn(page, svg)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    }
  });

  it('runs of shards have a table of all together, which no window makes the page wider', async () => {
    const { directory, report } = await madeUpRun();
    const [run] = report.scenarios as [ScenarioReport];
    const total = Object.assign({ runs: 2 }, run);
    const scenarios = [run, Object.assign({}, run, { repetition: 2 })];
    const merged = Object.assign({}, report, { scenarios, totals: [total] });
    const url = pageFile(directory, await toPage(merged, directory));
    const { page } = await openPage(url, { viewport: { width: 390, height: 900 } });
    expect(await page.locator('.totals tbody tr').allTextContents()).toEqual([
      expect.stringMatching(/^made-upnaive2invalid1/),
    ]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await violationsOfAxe(page)).toEqual([]);
  });

  it('an address of an example opens it', async () => {
    const url = await redPage();
    const { page } = await openPage(url);
    await page.keyboard.press('j');
    await page.keyboard.press('n');
    const address = await page.locator('.group.current .where a').getAttribute('href');
    const { page: other } = await openPage(`${url}${address}`);
    expect(await other.locator('.group.current .where a').getAttribute('href')).toBe(address);
    expect(await other.locator('.group.current .where a').textContent()).toMatch(/^2 of/);
  });

  it('a picture is zoomed by a drag and by keys, tells all of what is clicked, and goes back', async () => {
    const { page } = await openPage(await redPage());
    const svg = page.locator('.group[open] svg.spacetime').first();
    const ticks = () => page.locator('.group[open] svg.spacetime').first().locator('.tick').allTextContents();
    await svg.waitFor();
    await svg.scrollIntoViewIfNeeded();
    const before = await ticks();
    const box = await svg.boundingBox();
    const [x, y] = [(box?.x ?? 0) + 200, (box?.y ?? 0) + 30];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 120, y, { steps: 4 });
    await page.mouse.up();
    const zoomed = await ticks();
    expect(zoomed).not.toEqual(before);
    await page.locator('.group[open] .picture .canvas').first().focus();
    await page.keyboard.press('0');
    expect(await ticks()).toEqual(before);
    await page.keyboard.press('+');
    expect(await ticks()).not.toEqual(before);
    await page.keyboard.press('0');
    await page.locator('.group[open] svg.spacetime [data-role=eraser]').first().click();
    expect(await page.locator('.group[open] .detail').first().textContent()).toMatch(
      /^tui-2\.0\.\d+, tui-2 \(pid 102\): set other, /,
    );
  });

  it('two fingers zoom a picture and not the page, and one still says all of what it touches', async () => {
    const { page, complaints } = await openPage(await redPage(), {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const holder = page.locator('.group[open] .canvas').first();
    // It is drawn when it comes near the window.
    await holder.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    await holder.locator('svg').waitFor();
    const ticks = () => holder.locator('.tick').allTextContents();
    const before = await ticks();
    const { x, right, y } = await boxOf(page, '.group[open] .canvas');
    const middle = (x + right) / 2;
    const devtools = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart?: number) =>
      devtools.send('Input.dispatchTouchEvent', {
        type,
        touchPoints:
          apart === undefined ? [] : [-apart, apart].map((off, id) => ({ x: middle + off, y: y + 60, id })),
      });
    await touch('touchStart', 30);
    for (const apart of [40, 50, 60]) await touch('touchMove', apart);
    await touch('touchEnd');
    await expect.poll(ticks).not.toEqual(before);
    expect(await page.evaluate('visualViewport.scale')).toBe(1);
    await holder.locator('g.call').first().tap({ force: true });
    await expect.poll(() => page.locator('.group[open] .detail').first().textContent()).toContain(' set ');
    expect(complaints).toEqual([]);
  });

  it('the charts of a run have its faults as bands through rate and latency, and the judge’s numbers', async () => {
    const { directory, report } = await madeUpRun();
    const { page } = await openPage(pageFile(directory, await toPage(report, directory)));
    const fault = await boxOf(page, '.chart [data-fault=pause]');
    const [rates, latencies] = [
      await boxOf(page, '.chart .area-writes'),
      await boxOf(page, '.chart .median'),
    ];
    expect([fault.y <= rates.y, fault.bottom >= latencies.bottom, fault.right - fault.x > 2]).toEqual([
      true,
      true,
      true,
    ]);
    await page.locator('.latencies summary').click();
    const set = report.scenarios[0]?.latencyMs.set;
    const shown = await page.locator('.latency tbody tr', { hasText: 'set' }).locator('td').allTextContents();
    expect(shown.map(Number)).toEqual(
      [set?.p50, set?.p99, set?.max].map((value) => Number(value?.toFixed(2))),
    );
    await page.locator('.percentiles svg .curve').first().waitFor();
    expect(await collisionsIn(page, '.percentiles svg')).toEqual([]);
    expect(await collisionsIn(page, '.chart svg')).toEqual([]);
  });

  it('a grid says by a sign in each cell what a guarantee came to', async () => {
    const { page } = await openPage(await redPage());
    const cell = page.locator('.grid tbody tr').first().locator('td.g');
    const checks = await cell.allTextContents();
    expect(checks[1]).toBe('✕ G2 violated');
    expect(checks[2]).toBe('✓held');
    expect(checks[9]).toBe('·not asked');
  });

  it('a search has its two decisive calls joined by an arrow, and what the file held between them', async () => {
    const { page } = await openPage(explorePage());
    const svg = '.group[open] svg.schedule';
    await page.locator(svg).waitFor();
    const [from, to] = await endsOf(page, `${svg} [data-arrow=pair]`);
    const [early, late] = [
      await boxOf(page, `${svg} [data-role=early] rect`),
      await boxOf(page, `${svg} [data-role=late] rect`),
    ];
    const isAt = ({ x, y }: typeof from, box: typeof early) =>
      y >= box.y && y <= box.bottom && Math.min(Math.abs(x - box.x), Math.abs(x - box.right)) < 3;
    expect([isAt(from, early), isAt(to, late)]).toEqual([true, true]);
    const stepOf = (role: string) => page.locator(`${svg} [data-role=${role}]`).getAttribute('data-step');
    expect([await stepOf('early'), await stepOf('late')]).toEqual(['5', '8']);
    expect(await page.locator(`${svg} .content.without`).count()).toBe(1);
    expect(await page.locator('.group .line').first().textContent()).toMatch(/^It fails because /);
    expect(await page.locator(svg).textContent()).toContain(hostileKey.slice(0, 8));
  });
});
