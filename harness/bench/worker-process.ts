import { createInterface } from 'node:readline';
import type { Store, TokenStore } from '../core/target.js';
import { loadTarget, loadTokenTarget } from '../targets/index.js';
import { credential, identifyAll } from '../workload/values.js';
import { runBareLoop } from './bare-loop.js';
import type { Answers, Ask, Reply, SetsAsk, SetsDone } from './protocol.js';
import { performOnTokens } from './token-asks.js';
import { weigh } from './weigh.js';

/** One process of a measurement: opens stores and uses them as its commands say, until its standard input ends. */
let opened: Store | undefined;
let openedTokens: TokenStore | undefined;

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  perform(JSON.parse(line) as Ask).then(
    (answer) => reply({ type: 'answer', answer }),
    // Names no value: the errors of targets may quote the document.
    (error: Error) =>
      reply({ type: 'broken', error: `${error.name}: ${String(error.message).split('\n', 1)[0]}` }),
  );
});
// The parent is gone, or has what it wants. A store that is still at it must not keep this process.
lines.on('close', () => process.exit(0));

async function perform(ask: Ask): Promise<Answers[keyof Answers]> {
  switch (ask.type) {
    case 'open': {
      await opened?.close?.();
      if (ask.subject === 'tokens') {
        openedTokens = await (await loadTokenTarget(ask.target)).openTokens(ask.file, ask.target.options);
        return null;
      }
      opened = await (await loadTarget(ask.target)).open(ask.file, ask.target.options);
      return null;
    }
    case 'sets':
      return runSets(store(), ask);
    case 'bare':
      return { durationMs: runBareLoop(ask.source, ask.file, ask.count) };
    case 'gets': {
      const started = performance.now();
      for (let n = 0; n < ask.count; n++) await store().get(ask.key);
      return { durationMs: performance.now() - started };
    }
    case 'all': {
      const started = performance.now();
      const entries = await store().all();
      return { durationMs: performance.now() - started, entries: identifyAll(entries) };
    }
    case 'weigh':
      return weigh();
    default:
      if (!openedTokens) throw new Error('no tokens were opened');
      return performOnTokens(openedTokens, ask);
  }
}

async function runSets(to: Store, ask: SetsAsk): Promise<SetsDone> {
  const { writer, count, lanes = 1, keys = count, forMsMax = Number.POSITIVE_INFINITY, answersEach } = ask;
  const done: SetsDone = { begin: now(), end: 0, latenciesMs: [], acknowledged: [], failed: 0 };
  let next = 0;
  const runLane = async () => {
    while (next < count && now() - done.begin < forMsMax) {
      const n = next++;
      const id = `${writer}.${n}`;
      const key = `${writer}-${n % keys}`;
      const value = credential(id);
      const begin = now();
      try {
        await to.set(key, value);
      } catch {
        done.failed++;
        continue;
      }
      done.latenciesMs.push(now() - begin);
      if (answersEach) reply({ type: 'acknowledged', key, id });
      else done.acknowledged.push([key, id]);
    }
  };
  await Promise.all(Array.from({ length: lanes }, runLane));
  done.end = now();
  return done;
}

function store(): Store {
  if (!opened) throw new Error('no store was opened');
  return opened;
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Standard output is a pipe, and writing to it returns only when it is written: a killed process has reported all that it had done. */
function reply(message: Reply): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
