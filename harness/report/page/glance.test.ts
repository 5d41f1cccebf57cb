import { describe, expect, it } from 'vitest';
import { chromium } from '../../../src/http/browser/browser.test.helper.js';
import { boxOf, collisionsIn, endsOf, openPage } from './chromium.test.helper.js';
import { hostileKey, madeUpRun, pageFile } from './made-up.test.helper.js';
import { toPage } from './to-page.js';

// Its long twin, with more pages, widths and colours, is look.test.ts.
describe.skipIf(!chromium)('a lost update at a glance, in a browser', () => {
  it('the picture shows who wrote, what the eraser had read and what it wrote, and the page asks for nothing', async () => {
    const { directory, report } = await madeUpRun();
    const { page, complaints } = await openPage(pageFile(directory, await toPage(report, directory)));
    const svg = '.group[open] svg.spacetime';
    await page.locator(svg).waitFor();

    // From the older content down to the eraser, and up into the content that lacks the entry.
    const [readFrom, readTo] = await endsOf(page, `${svg} [data-arrow=read]`);
    const [writeFrom, writeTo] = await endsOf(page, `${svg} [data-arrow=write]`);
    const [commitFrom, commitTo] = await endsOf(page, `${svg} [data-arrow=commit]`);
    const base = await boxOf(page, `${svg} [data-version="2"] rect`);
    const stored = await boxOf(page, `${svg} [data-version="3"]`);
    const gone = await boxOf(page, `${svg} [data-version="4"]`);
    const eraser = await boxOf(page, `${svg} [data-role=eraser] rect`);
    const victim = await boxOf(page, `${svg} [data-role=victim] rect`);
    const isOver = (x: number, box: typeof base) => x >= box.x - 1 && x <= box.right + 1;
    expect([isOver(readFrom.x, base), isOver(readTo.x, eraser)]).toEqual([true, true]);
    expect([isOver(writeFrom.x, eraser), isOver(writeTo.x, gone)]).toEqual([true, true]);
    expect([isOver(commitFrom.x, victim), isOver(commitTo.x, stored)]).toEqual([true, true]);
    expect(Math.abs(readFrom.y - base.bottom)).toBeLessThan(3);
    expect(Math.abs(readTo.y - eraser.y)).toBeLessThan(3);
    expect(Math.abs(writeTo.y - gone.bottom)).toBeLessThan(3);
    expect(Math.abs(commitTo.y - stored.y)).toBeLessThan(3);
    expect([victim.bottom < base.y, base.bottom < eraser.y]).toEqual([true, true]);

    // The entry is hatched from its acknowledgement until it is gone.
    const promise = await boxOf(page, `${svg} .promise`);
    expect(Math.abs(promise.x - victim.right)).toBeLessThan(2);
    expect(Math.abs(promise.right - gone.x)).toBeLessThan(2);

    expect(await page.locator(`${svg} .arrow-text`).allTextContents()).toEqual(['based on v2', 'v4']);
    expect(await page.locator('.group[open] .story li').count()).toBe(3);
    expect(await collisionsIn(page, svg)).toEqual([]);

    // What was recorded is text.
    expect(await page.locator('.group[open] .story').textContent()).toContain(hostileKey);
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toBe('Stress run: invalid, naive');
    expect(complaints).toEqual([]);
  });
});
