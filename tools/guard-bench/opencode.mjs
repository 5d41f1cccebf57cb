// What real agent servers lose on one auth.json: as they are, with `holdfast auth guard`, and isolated by `holdfast run`. All three
// take turns in one run, as the load of a machine changes. Every HOME is a temporary one, and every value is made up. Needs the
// built command (npm run build) and an agent:
//
//   npm install --no-save --prefix /tmp/agent opencode-ai@1.18.33
//   OPENCODE=/tmp/agent/node_modules/opencode-linux-x64/bin/opencode node tools/guard-bench/opencode.mjs 4 400 0.3 3
//
// Arguments: servers, calls in all, share of DELETE, rounds, and the ways to compare (default: none,guard,isolated). TMPDIR says on
// which disk. "isolated:MAIN.JS" is another build of the command, to compare with. Prints a line of JSON for each round of each way, and
// one for each way with its median pace against "none". Each round has the time of the processor for each call, by program, too: on a
// busy machine that says more than the pace.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { perCall, processorTime } from './processor-time.mjs';

const [servers = '2', calls = '200', removals = '0.3', rounds = '2', chosen = 'none,guard,isolated'] =
  process.argv.slice(2);
const agent = process.env.OPENCODE;
if (!agent) throw new Error('OPENCODE is not set: expected the path of the agent');
const command = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const ways = chosen.split(',');
const seeds = ['seed1', 'seed2'];
const children = new Set();
const homes = [];
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const home of homes) fs.rmSync(home, { recursive: true, force: true });
});

function start(name, args, env, until, stderr = 'ignore') {
  const child = spawn(name, args, { env, stdio: ['ignore', 'pipe', stderr] });
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

/** Servers that share a HOME. Each isolated one has a run of its own, by the command of that file. */
async function newWorld(isolating) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'guard-bench-'));
  homes.push(home);
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    // The helper is compiled once.
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
  };
  const file = path.join(home, '.local/share/opencode/auth.json');
  const world = { env, file, ports: [], runs: [] };
  while (world.ports.length < Number(servers)) {
    const port = await freePort();
    const serve = [agent, 'serve', '--port', String(port)];
    const line = isolating ? [process.execPath, isolating, 'run', '--isolate', '--', ...serve] : serve;
    const run = start(line[0], line.slice(1), env, /listening/, isolating ? 'inherit' : 'ignore');
    await run.ready;
    world.ports.push(port);
    world.runs.push(run.child);
  }
  for (const port of world.ports) await call(port, 'PUT', 'warm');
  return world;
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
async function ask(port, name, count, seed) {
  const there = [];
  const gone = [];
  let failed = 0;
  let x = seed;
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

/** In another inode, as an editor saves it: a new beginning. */
function begin({ file }) {
  const content = Object.fromEntries(seeds.map((id) => [id, { type: 'api', key: `made-up-${id}` }]));
  fs.writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

function startGuard({ env, file }) {
  return start(
    process.execPath,
    [command, 'auth', 'guard', '--file', file, '--json'],
    env,
    /on guard/,
    'inherit',
  );
}

/** Returns how long each repair took, in milliseconds. */
async function endGuard({ child, said }) {
  // Its last look and repair.
  await sleep(1000);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  const events = said()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return events
    .filter(({ type }) => type === 'repaired')
    .map(({ afterMs }) => afterMs)
    .sort((a, b) => a - b);
}

async function measure(way, world, round) {
  begin(world);
  const guard = way === 'guard' ? startGuard(world) : undefined;
  if (guard) await guard.ready;
  let torn = 0;
  const eye = setInterval(() => {
    try {
      JSON.parse(fs.readFileSync(world.file, 'utf8'));
    } catch {
      torn++;
    }
  }, 2);
  const roots = [...world.runs, ...(guard ? [guard.child] : [])].map(({ pid }) => pid);
  const used = processorTime(roots);
  const began = performance.now();
  const each = Math.floor(Number(calls) / world.ports.length);
  const name = `way${ways.indexOf(way)}-round${round}`;
  const done = await Promise.all(
    world.ports.map((port, at) => ask(port, `${name}-p${at}`, each, 1000 * round + at + 1)),
  );
  const ms = performance.now() - began;
  const usedNow = processorTime(roots);
  clearInterval(eye);
  const heals = guard ? await endGuard(guard) : [];
  let end = {};
  let note;
  try {
    end = JSON.parse(fs.readFileSync(world.file, 'utf8'));
  } catch (error) {
    note = `unreadable at the end: ${error.name}`;
  }
  const there = [...seeds, ...done.flatMap((one) => one.there)];
  const gone = done.flatMap((one) => one.gone);
  const failed = done.reduce((sum, one) => sum + one.failed, 0);
  const at = (share) => heals[Math.min(heals.length - 1, Math.floor(share * heals.length))]?.toFixed(1);
  const acknowledged = there.length - seeds.length + 2 * gone.length;
  const result = {
    way,
    servers: world.ports.length,
    acknowledged,
    deletes: gone.length,
    failed,
    lost: there.filter((id) => !Object.hasOwn(end, id)).length,
    back: gone.filter((id) => Object.hasOwn(end, id)).length,
    torn,
    perSecond: Math.round((acknowledged / ms) * 1000),
    processorMsPerCall: perCall(used, usedNow, acknowledged + failed),
    ...(guard && { heals: heals.length, healMsP50: at(0.5), healMsP99: at(0.99) }),
    note,
  };
  console.log(JSON.stringify(result));
  return result;
}

const isolatedWays = ways.filter((way) => way.startsWith('isolated'));
const plain = isolatedWays.length < ways.length ? await newWorld(undefined) : undefined;
const isolated = new Map();
for (const way of isolatedWays) isolated.set(way, await newWorld(way.split(':')[1] ?? command));
const results = [];
for (let round = 0; round < Number(rounds); round++) {
  const order = round % 2 === 0 ? ways : ways.toReversed();
  const found = {};
  for (const way of order) found[way] = await measure(way, isolated.get(way) ?? plain, round);
  results.push(found);
}
for (const way of ways) {
  const all = results.map((found) => found[way]);
  const sum = (name) => all.reduce((total, one) => total + one[name], 0);
  const paces = results
    .map((found) => found[way].perSecond / (found.none?.perSecond ?? Number.NaN))
    .sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      way,
      rounds: all.length,
      acknowledged: sum('acknowledged'),
      failed: sum('failed'),
      lost: sum('lost'),
      back: sum('back'),
      torn: sum('torn'),
      paceToNone: paces[Math.floor(paces.length / 2)]?.toFixed(2),
    }),
  );
}
for (const run of [...isolated.values(), ...(plain ? [plain] : [])].flatMap(({ runs }) => runs)) {
  const ended = once(run, 'exit');
  run.kill('SIGTERM');
  await ended;
}
process.exit(0);
