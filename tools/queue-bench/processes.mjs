// What a `set` costs where more and more processes write to one file: for one build of the store, or for several beside each other, which
// take turns in each round, as the load of a machine changes. Needs what `npm run build` writes; another build may be a copy of an
// earlier `dist`:
//
//   node tools/queue-bench/processes.mjs dist [before=/path/of/dist] [--rounds 5] [--sets 1600] [--warm 30] [--processes 1,2,4,8,16,32]
//
// Each process makes as many sets as `--warm` says before it is measured. The directory is that of TMPDIR. Prints medians and ranges of the
// rounds, and of each build how often it does what the first one does once in the same round.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs, { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const restMs = 1000;
const self = fileURLToPath(import.meta.url);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    sets: { type: 'string', default: '1600' },
    warm: { type: 'string', default: '30' },
    processes: { type: 'string', default: '1,2,4,8,16,32' },
  },
});

if (process.send) await work(JSON.parse(process.argv[2] ?? ''));
else await measure();

/** What the store asks of the system, by name. @returns the counts, which go on */
function countCalls() {
  const counts = { listings: 0, watches: 0, intents: 0, commits: 0 };
  const count = (name, isMeant, as) => {
    const original = fs[name];
    fs[name] = (...args) => {
      if (isMeant(...args)) counts[as]++;
      return original(...args);
    };
  };
  count('readdirSync', () => true, 'listings');
  count('watch', () => true, 'watches');
  count('mkdirSync', (place) => /\/[ik]-[^/]*$/.test(place), 'intents');
  count('renameSync', (_, to) => to.endsWith('/auth.json'), 'commits');
  syncBuiltinESMExports();
  return counts;
}

/** A process: makes itself warm, waits for all others, makes its sets, and says what they cost. */
async function work({ library, file, own, sets, warm }) {
  const counts = countCalls();
  const { openStore } = await import(library);
  const store = openStore(file, { deadlineMs: 600_000 });
  const set = (n) => store.set(own, { type: 'api', key: `made up ${n}` });
  for (let n = 0; n < warm; n++) await set(n);
  process.send({ ready: true });
  await once(process, 'message');
  const [before, used] = [{ ...counts }, process.cpuUsage()];
  const latencies = [];
  const begun = process.hrtime.bigint();
  for (let n = 0; n < sets; n++) {
    const start = performance.now();
    await set(`last ${n}`);
    latencies.push(performance.now() - start);
  }
  const ended = process.hrtime.bigint();
  const { user, system } = process.cpuUsage(used);
  const calls = Object.fromEntries(Object.entries(counts).map(([name, all]) => [name, all - before[name]]));
  process.send({
    begun: String(begun),
    ended: String(ended),
    latencies,
    cpuMs: (user + system) / 1000,
    calls,
  });
  await once(process, 'message');
  const atRest = process.cpuUsage();
  await sleep(restMs);
  const rested = process.cpuUsage(atRest);
  process.send({ restMs: (rested.user + rested.system) / 1000 });
  await store.close();
  process.disconnect();
}

async function measure() {
  const builds = positionals.map((given) => {
    const [name, place] = given.includes('=') ? given.split('=') : [given, given];
    return { name, library: pathToFileURL(path.resolve(place, 'src/index.js')).href };
  });
  if (builds.length === 0) throw new Error('name a build: node tools/queue-bench/processes.mjs dist');
  const columns = [
    'N',
    'build',
    'sets a second',
    'of one process',
    `of ${builds[0].name}`,
    'p50 ms',
    'p99 ms',
  ];
  columns.push('processor ms a set', 'listings', 'watches', 'intents', 'commits', 'at rest, ms a second');
  console.log(`| ${columns.join(' | ')} |\n|${columns.map(() => '---').join('|')}|`);
  const ones = new Map();
  for (const processes of values.processes.split(',').map(Number)) {
    const found = new Map(builds.map(({ name }) => [name, []]));
    for (let round = 0; round < Number(values.rounds); round++)
      for (const build of round % 2 ? builds.toReversed() : builds)
        found.get(build.name).push(await measureOnce(build.library, processes));
    for (const { name } of builds) {
      const rounds = found.get(name);
      if (processes === 1) ones.set(name, rounds);
      console.log(
        `| ${rowOf(processes, name, rounds, ones.get(name), found.get(builds[0].name)).join(' | ')} |`,
      );
    }
  }
}

/** One measurement: all processes at once on a new file. */
async function measureOnce(library, processes) {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-queue-bench-'));
  const file = path.join(directory, 'auth.json');
  const sets = Math.ceil(Number(values.sets) / processes);
  const children = Array.from({ length: processes }, (_, n) =>
    fork(self, [JSON.stringify({ library, file, own: `k${n}`, sets, warm: Number(values.warm) })]),
  );
  const ask = async (word) => {
    const answers = children.map((child) => once(child, 'message'));
    if (word) for (const child of children) child.send(word);
    return (await Promise.all(answers)).map(([answer]) => answer);
  };
  await ask();
  const told = await ask('go');
  const rested = await ask('rest');
  await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
  const document = JSON.parse(readFileSync(file, 'utf8'));
  for (let n = 0; n < processes; n++)
    if (document[`k${n}`]?.key !== `made up last ${sets - 1}`)
      throw new Error(`lost the last set of process ${n}`);
  rmSync(directory, { recursive: true });
  const latencies = told.flatMap((each) => each.latencies).toSorted((a, b) => a - b);
  const all = sets * processes;
  const ns =
    Math.max(...told.map(({ ended }) => Number(ended))) - Math.min(...told.map(({ begun }) => Number(begun)));
  const sum = (of) => told.reduce((total, each) => total + of(each), 0);
  return {
    rate: (all / ns) * 1e9,
    p50: latencies[Math.floor(all / 2)],
    p99: latencies[Math.floor(all * 0.99)],
    cpuMs: sum(({ cpuMs }) => cpuMs) / all,
    ...Object.fromEntries(
      Object.keys(told[0].calls).map((name) => [name, sum(({ calls }) => calls[name]) / all]),
    ),
    restMs: Math.max(...rested.map((each) => each.restMs)),
  };
}

function rowOf(processes, name, rounds, ones, first) {
  const rate = (each) => each.map((round) => round.rate);
  const spread = (numbers, digits) => {
    const sorted = numbers.toSorted((a, b) => a - b);
    const [least, middle, most] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
    return `${middle.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
  };
  const ratio = (others) =>
    others
      ? spread(
          rate(rounds).map((one, n) => one / rate(others)[n]),
          2,
        )
      : '';
  const of = (key, digits) =>
    spread(
      rounds.map((round) => round[key]),
      digits,
    );
  const counts = ['listings', 'watches', 'intents', 'commits'].map((key) => of(key, 2));
  const times = [of('p50', 2), of('p99', 1), of('cpuMs', 2)];
  return [
    processes,
    name,
    spread(rate(rounds), 0),
    ratio(ones),
    ratio(first),
    ...times,
    ...counts,
    of('restMs', 1),
  ];
}
