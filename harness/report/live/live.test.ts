import { mkdtempSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chromium } from '../../../src/http/browser/browser.test.helper.js';
import { long } from '../../../src/tiers.test.helper.js';
import { FindingsFile } from '../../check/findings-file.js';
import type { Progress } from '../../core/progress.js';
import { openPage } from '../page/chromium.test.helper.js';
import { madeUpRun } from '../page/made-up.test.helper.js';
import { severalLosses } from '../page/made-up-losses.test.helper.js';
import { LiveRun } from './live-run.js';
import { LiveServer } from './live-server.js';

async function newServer(): Promise<LiveServer> {
  const server = await LiveServer.start(() => '<title>secret page</title>');
  onTestFinished(() => server.close());
  return server;
}

/** What is answered to a request, by its status. An event stream is not read to its end. */
function ask(address: string, options: { headers?: Record<string, string>; method?: string } = {}) {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown> }>((resolve, reject) => {
    const asked = request(address, options, (response) => {
      resolve({ status: response.statusCode, headers: response.headers });
      response.destroy();
    });
    asked.on('error', reject).end();
  });
}

describe('the server of a run that goes on', () => {
  it('only who has the token of the address gets the page and its events', async () => {
    const { address } = await newServer();
    const { origin } = new URL(address);
    const statuses = async (paths: string[]) =>
      Promise.all(paths.map(async (one) => (await ask(one)).status));
    expect(await statuses([address, `${address}events`])).toEqual([200, 200]);
    expect(new URL(address).pathname.length).toBeGreaterThan(30);
    const wrong = `${address.slice(0, -2)}${address.at(-2) === 'x' ? 'y' : 'x'}/`;
    expect(
      await statuses([`${origin}/`, `${origin}/events`, wrong, `${wrong}events`, `${address}other`]),
    ).toEqual([404, 404, 404, 404, 404]);
    const longer = [`${address}events/`, `${address}events/x`, `${address}/`, `${address}?x`];
    expect(await statuses(longer)).toEqual([404, 404, 404, 404]);
  });

  it('one who does not read is dropped, and does not hold all that was sent', {
    timeout: 30_000,
  }, async () => {
    const server = await newServer();
    const { address } = server;
    const response = await new Promise<IncomingMessage>((resolve) => {
      request(`${address}events`, resolve).end();
    });
    response.pause();
    const closed = new Promise((resolve) => response.once('close', resolve).once('error', () => {}));
    const much = 'x'.repeat(20e6);
    for (let n = 0; n < 3; n++) server.send('page', much);
    response.resume();
    await closed;
    expect(response.complete).toBe(false);
  });

  it('a page of another site, or under a name that was made to lead here, is refused even with the token', async () => {
    const { address } = await newServer();
    const status = async (headers: Record<string, string>, method?: string) =>
      (await ask(address, { headers, ...(method ? { method } : {}) })).status;
    expect(await status({ host: `evil.example:${new URL(address).port}` })).toBe(403);
    expect(await status({ origin: 'http://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await status({}, 'POST')).toBe(405);
    expect(await status({ host: `localhost:${new URL(address).port}`, 'sec-fetch-site': 'none' })).toBe(200);
  });

  it('nothing may keep the page, put it into a frame, or read it from elsewhere', async () => {
    const { headers } = await ask((await newServer()).address);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

it('the findings of a run can be read when it has ended, and not only when all have', () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'holdfast-test-')), 'findings.jsonl');
  const findings = FindingsFile.append(file);
  findings.add(0, [
    { guarantee: 'G2', kind: 'lost-update', sentence: 'gone', operations: [], from: 0, to: 1 },
  ]);
  expect(readFileSync(file, 'utf8')).toContain('"sentence":"gone"');
  findings.close();
});

describe.skipIf(!chromium)('a run that goes on, in a browser', long, () => {
  it('the page shows the numbers of the run, each scenario as it ends, and all of it when the server is gone', async () => {
    const { directory, report } = await madeUpRun();
    const live = await LiveRun.start();
    const { address } = live;
    const { page, complaints } = await openPage(address);
    expect(await page.locator('h1').textContent()).toBe('The run goes on');

    const whole = { position: 0, of: 1, elapsedMs: 3000, durationMs: 10_000 };
    live.add({
      type: 'begin',
      label: 'made-up on naive',
      isControl: false,
      position: 0,
      of: 1,
      out: directory,
    });
    live.add({
      type: 'work',
      label: 'made-up on naive',
      elapsedMs: 1,
      workMs: 2,
      acknowledged: 17,
      faults: 2,
      whole,
    });
    await page.getByText('1 of 1, 3 s of 10: made-up on naive: 17 acknowledged, 2 faults').waitFor();

    const [scenario] = report.scenarios;
    live.add({ type: 'end', label: 'made-up on naive', isControl: false, report: scenario } as Progress);
    await page.locator('.group[open] svg.spacetime').waitFor();
    expect(await page.locator('h1').textContent()).toBe('A guarantee was violated');
    expect(await page.title()).toBe('Stress run: invalid so far');

    await live.finish(report, directory);
    await page.getByText(`The run has ended. This page is kept in ${directory}/report.html.`).waitFor();
    expect(await page.title()).toBe('Stress run: invalid, naive');
    await page.keyboard.press('j');
    expect(await page.locator('.group.current').count()).toBe(1);
    expect(complaints.filter((one) => !one.startsWith(`request: ${address}events`))).toEqual([]);
  });

  it('a reader stays where they are when a scenario ends: example, closed group, and what they type', async () => {
    const { directory, report } = await madeUpRun(severalLosses());
    const live = await LiveRun.start();
    onTestFinished(() => live.abandon());
    const { page } = await openPage(live.address);
    const [scenario] = report.scenarios;
    const label = 'made-up on naive';
    const begin = { type: 'begin', label, isControl: false, position: 0, of: 2, out: directory } as const;
    const end = { type: 'end', label, isControl: false, report: scenario } as Progress;
    live.add(begin);
    live.add(end);
    await page.locator('.group[open] svg.spacetime').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('n');
    const place = page.locator('.group.current .where a');
    expect(await place.textContent()).toMatch(/^2 of 3/);

    live.add(end);
    await page.locator('.scenario').nth(1).waitFor();
    expect(await place.textContent()).toMatch(/^2 of 3/);
    const first = page.locator('.group').first();
    await first.locator('summary').first().click();
    expect(await first.getAttribute('open')).toBeNull();

    live.add(end);
    await page.locator('.scenario').nth(2).waitFor();
    expect(await first.getAttribute('open')).toBeNull();
    await page.keyboard.press('/');
    await page.keyboard.type('KEY');
    await page.keyboard.press('Home');

    live.add(end);
    await page.locator('.scenario').nth(3).waitFor();
    await page.keyboard.type('a');
    expect(await page.locator('.bar input').inputValue()).toBe('aKEY');
  });
});
