// What the store and the tokens on a file do in another checkout and in this one, beside each other: both take turns in each round, as the
// load of a machine changes. Both need their built modules (npm run build):
//
//   node tools/engine-bench/versions.mjs <the other checkout> [rounds] [milliseconds a measurement] [part of a row's name]
//
// Prints one row for each kind of call: medians over the rounds; how often this one does what the other does once (median and range); and
// the same of the processor's time for a call, which other programs on the machine change less. Below 1 is better there.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const value = { type: 'api', key: 'made up '.repeat(5) };

const rows = [
  { name: 'set, one after another', call: 'set', processes: 1, callers: 1 },
  { name: 'set, 64 callers', call: 'set', processes: 1, callers: 64 },
  { name: 'set, 4 processes', call: 'set', processes: 4, callers: 1 },
  { name: 'update of one entry, 4 processes', call: 'update', processes: 4, callers: 1 },
  { name: 'get, one after another', call: 'get', processes: 1, callers: 1 },
  { name: 'get, 64 callers', call: 'get', processes: 1, callers: 64 },
  { name: 'verify', call: 'verify', processes: 1, callers: 1 },
];

/** What a process does again and again. @returns a function that does it once, for the n-th caller in it */
async function callOf(call, { openStore, openTokens }, directory, own) {
  if (call === 'verify') {
    const tokens = openTokens({ file: path.join(directory, 'auth-tokens.json') });
    const { token } = await tokens.create();
    return () => tokens.verify(token) ?? process.exit(1);
  }
  const store = openStore(path.join(directory, 'auth.json'));
  await store.set(`${own}-0`, value);
  if (call === 'set') return (n) => store.set(`${own}-${n}`, value);
  if (call === 'get') return () => store.get(`${own}-0`);
  return () => store.update('counter', (old) => Number(old ?? 0) + 1);
}

/** A process: is ready, waits for all others, works for a while, and answers with how often it did. */
async function work({ call, callers, checkout, directory, forMs, own }) {
  const library = await import(pathToFileURL(path.join(checkout, 'build/src/index.js')).href);
  const doOnce = await callOf(call, library, directory, own);
  process.send({ ready: true });
  await once(process, 'message');
  let count = 0;
  const used = process.cpuUsage();
  const begin = performance.now();
  const end = begin + forMs;
  // A synchronous call is so short that looking at the clock would be half of it.
  const atOnce = call === 'verify' ? 100 : 1;
  const lane = async (_, n) => {
    while (performance.now() < end) {
      for (let k = 0; k < atOnce; k++) {
        const answer = doOnce(n);
        if (atOnce === 1) await answer;
      }
      count += atOnce;
    }
  };
  await Promise.all(Array.from({ length: callers }, lane));
  const { user, system } = process.cpuUsage(used);
  process.send({ rate: (1000 * count) / (performance.now() - begin), us: (user + system) / count }, () =>
    process.exit(0),
  );
}

const self = fileURLToPath(import.meta.url);
const medianOf = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** @returns calls a second, of all processes together, and the microseconds of processor time for each */
async function measure(row, checkout, forMs) {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-versions-'));
  const children = Array.from({ length: row.processes }, (_, n) =>
    fork(self, ['work', JSON.stringify({ ...row, checkout, directory, forMs, own: `p${n}` })]),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
  const rates = children.map((child) => once(child, 'message'));
  for (const child of children) child.send('go');
  const all = await Promise.all(rates);
  await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
  rmSync(directory, { recursive: true });
  return {
    rate: all.reduce((sum, [{ rate }]) => sum + rate, 0),
    us: all.reduce((sum, [{ us }]) => sum + us, 0) / all.length,
  };
}

function ratioOf([before, now], what) {
  const ratios = before.map((one, round) => now[round][what] / one[what]);
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  return `${medianOf(ratios).toFixed(2)} (${least} to ${most})`;
}

async function compare([other, rounds = 7, forMs = 600, only = '']) {
  const checkouts = [path.resolve(other), path.resolve(path.dirname(self), '../..')];
  for (const row of rows.filter(({ name }) => name.includes(only))) {
    const measured = [[], []];
    for (let round = 0; round < Number(rounds); round++) {
      // Each is first as often as second.
      for (const n of round % 2 === 0 ? [0, 1] : [1, 0])
        measured[n].push(await measure(row, checkouts[n], Number(forMs)));
    }
    const [before, now] = measured.map((all) => `${Math.round(medianOf(all.map(({ rate }) => rate)))}/s`);
    const ratios = ['rate', 'us'].map((what) => ratioOf(measured, what));
    console.log(`| ${[row.name, before, now, ...ratios].join(' | ')} |`);
  }
}

if (process.argv[2] === 'work') await work(JSON.parse(process.argv[3]));
else await compare(process.argv.slice(2));
