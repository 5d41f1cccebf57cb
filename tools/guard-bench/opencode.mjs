// What real agent servers lose on one auth.json, without and with `holdfast auth guard`. Every HOME is a temporary one, and every
// value is made up. Needs the built command (npm run build) and an agent:
//
//   npm install --no-save --prefix /tmp/agent opencode-ai@1.18.33
//   OPENCODE=/tmp/agent/node_modules/opencode-linux-x64/bin/opencode node tools/guard-bench/opencode.mjs 2 200 0.3
//
// Arguments: servers, calls in all, share of DELETE. Prints one line of JSON for each run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const [servers = '2', calls = '200', removals = '0.3'] = process.argv.slice(2);
const agent = process.env.OPENCODE;
if (!agent) throw new Error('OPENCODE is not set: expected the path of the agent');
const command = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'guard-bench-'));
const file = path.join(home, '.local/share/opencode/auth.json');
const environment = {
  PATH: process.env.PATH,
  HOME: home,
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  OPENCODE_DISABLE_MODELS_FETCH: '1',
};
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  fs.rmSync(home, { recursive: true, force: true });
});

function start(name, args, until, stderr = 'ignore') {
  const child = spawn(name, args, { env: environment, stdio: ['ignore', 'pipe', stderr] });
  children.add(child);
  let said = '';
  const ready = new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => {
      said += data;
      if (until.test(said)) resolve();
    });
    child.once('exit', () => reject(new Error(`${name} ended`)));
  });
  return { child, ready, said: () => said };
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

async function startServer() {
  const port = await freePort();
  await start(agent, ['serve', '--port', String(port)], /listening/).ready;
  return port;
}

async function call(port, method, id) {
  const body = method === 'PUT' ? JSON.stringify({ type: 'api', key: `made-up-${id}` }) : undefined;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/auth/${id}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body,
    });
    await answer.text();
    return answer.ok;
  } catch {
    return false;
  }
}

/** What one client asks of its server, one call after another. Returns what ought to be there, and what ought to be gone. */
async function ask(port, name, count) {
  const there = [];
  const gone = [];
  let failed = 0;
  let x = port;
  const random = () => {
    x = (x * 48271) % 2147483647;
    return x / 2147483647;
  };
  for (let n = 0; n < count; n++) {
    if (there.length > 0 && random() < Number(removals)) {
      const [id] = there.splice(Math.floor(random() * there.length), 1);
      if (await call(port, 'DELETE', id)) gone.push(id);
      else failed++;
    } else {
      const id = `${name}-${n}`;
      if (await call(port, 'PUT', id)) there.push(id);
      else failed++;
    }
  }
  return { there, gone, failed };
}

const ports = [await startServer()];
while (ports.length < Number(servers)) ports.push(await startServer());
for (const port of ports) await call(port, 'PUT', 'warm');

for (const [run, isGuarded] of [false, true, false, true].entries()) {
  const seeds = ['seed1', 'seed2'];
  fs.writeFileSync(
    file,
    JSON.stringify(Object.fromEntries(seeds.map((id) => [id, { type: 'api', key: `made-up-${id}` }]))),
  );
  const guard =
    isGuarded &&
    start(process.execPath, [command, 'auth', 'guard', '--file', file, '--json'], /on guard/, 'inherit');
  if (guard) await guard.ready;
  const began = performance.now();
  const each = Math.floor(Number(calls) / ports.length);
  const done = await Promise.all(ports.map((port, at) => ask(port, `r${run}-p${at}`, each)));
  const ms = performance.now() - began;
  // The guard's last look and repair.
  await sleep(isGuarded ? 1000 : 200);
  let heals = [];
  if (guard) {
    const ended = once(guard.child, 'exit');
    guard.child.kill('SIGTERM');
    await ended;
    const events = guard
      .said()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    heals = events
      .filter(({ type }) => type === 'repaired')
      .map(({ afterMs }) => afterMs)
      .sort((a, b) => a - b);
  }
  let end = {};
  let note;
  try {
    end = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    note = `unreadable at the end: ${error.name}`;
  }
  const there = [...seeds, ...done.flatMap((one) => one.there)];
  const gone = done.flatMap((one) => one.gone);
  const at = (share) => heals[Math.min(heals.length - 1, Math.floor(share * heals.length))]?.toFixed(1);
  console.log(
    JSON.stringify({
      guard: isGuarded,
      servers: ports.length,
      puts: there.length - seeds.length + gone.length,
      deletes: gone.length,
      failed: done.reduce((sum, { failed }) => sum + failed, 0),
      lost: there.filter((id) => !Object.hasOwn(end, id)).length,
      back: gone.filter((id) => Object.hasOwn(end, id)).length,
      heals: heals.length,
      healMsP50: at(0.5),
      healMsP99: at(0.99),
      ms: Math.round(ms),
      note,
    }),
  );
}
process.exit(0);
