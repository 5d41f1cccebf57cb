import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { createServer, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { atFileEnd } from '../../file-end.test.helper.js';

/** A Chromium, if there is one on the PATH. */
export const chromium = (process.env.PATH ?? '')
  .split(path.delimiter)
  .flatMap((place) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => path.join(place, name)))
  .find((file) => existsSync(file));

async function listening(listener: RequestListener): Promise<{ port: number }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port };
}

/** What a page runs in the browser: a function with nothing around it, given what the test knows. */
type PageProgram<Input, Output> = (input: Input) => Promise<Output>;

/** The page as HTML; it tells what its program returns by a POST to where it came from. */
function pageOf<Input, Output>(program: PageProgram<Input, Output>, input: Input): string {
  const run = `(${program})(${JSON.stringify(input)})`;
  return `<!doctype html><title>page</title><script type="module">
    const output = await ${run}.catch((error) => ({ error: String(error) }));
    await fetch('/told', { method: 'POST', body: JSON.stringify(output) });
  </script>`;
}

/** One browser for all tests of a file: where it is told what to open, and how it ends. */
let browser: { place: Promise<string>; end: () => void } | undefined;
atFileEnd(() => {
  browser?.end();
  browser = undefined;
});

/** Opens a page, of an origin of its own, in a browser that knows all names of the tests by this machine. */
async function openPage(url: string): Promise<void> {
  browser ??= startBrowser();
  const target = `${await browser.place}/json/new?${encodeURIComponent(url)}`;
  const { status } = await fetch(target, { method: 'PUT' });
  if (status !== 200) throw new Error(`the browser opens no page: ${status}`);
}

function startBrowser(): NonNullable<typeof browser> {
  const profile = mkdtempSync(path.join(tmpdir(), 'holdfast-chromium-'));
  const flags = [
    ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--mute-audio'],
    `--user-data-dir=${profile}`,
    '--host-resolver-rules=MAP *.example 127.0.0.1, EXCLUDE localhost',
    '--remote-debugging-port=0',
  ];
  const child = spawn(chromium ?? '', [...flags, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const place = new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said += data;
      const [, host] = /DevTools listening on ws:\/\/([^/]+)\//.exec(said) ?? [];
      if (host) resolve(`http://${host}`);
    });
    child.once('exit', () => reject(new Error(`the browser has ended: ${said}`)));
  });
  return {
    place,
    end() {
      // All its processes are in its group. What is left of its profile goes with the run.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    },
  };
}

/**
 * Serves a page at a name, opens it in a browser, and waits for what it tells.
 * @param input what its program is given, made when the page's origin is known
 * @param rebound where requests for anything else go: as if the page's own name now led there
 */
export async function tellFrom<Input, Output>(
  name: string,
  program: PageProgram<Input, Output>,
  input: (origin: string) => Promise<Input>,
  rebound?: number,
): Promise<Output> {
  let tell = (_: Output) => {};
  const told = new Promise<Output>((resolve) => {
    tell = resolve;
  });
  let page = '';
  const { port } = await listening(async (incoming, response) => {
    if (incoming.url === '/') return void response.setHeader('content-type', 'text/html').end(page);
    if (incoming.url === '/told') {
      let body = '';
      for await (const chunk of incoming) body += chunk;
      response.end();
      tell(JSON.parse(body));
    } else if (rebound !== undefined) {
      const { method = '', url = '', headers } = incoming;
      const onward = request({ port: rebound, host: '127.0.0.1', method, path: url, headers });
      onward.on('response', (answer) =>
        answer.pipe(response.writeHead(answer.statusCode ?? 0, answer.headers)),
      );
      incoming.pipe(onward);
    } else response.writeHead(404).end();
  });
  const origin = `http://${name}:${port}`;
  page = pageOf(program, await input(origin));
  await openPage(`${origin}/`);
  return told;
}
