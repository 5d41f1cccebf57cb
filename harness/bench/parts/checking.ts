import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { checkLog } from '../../check/check-log.js';
import { checkRegisters } from '../../check/check-registers.js';
import { type Call, checkLinearizable } from '../../linearizable/index.js';
import {
  type CredentialsInput,
  type CredentialsOutput,
  credentials,
} from '../../linearizable/models/credentials.js';
import { type BenchContext, inRounds, type Part } from '../context.js';
import { clients, keys, madeUpHistory } from '../made-up-history.js';
import type { ValueResult } from '../result.js';
import { medianOf } from '../statistics.js';
import { valueResultsOf } from '../value-result.js';
import { recordedHistories } from './recorded-histories.js';

const value = valueResultsOf('check');

const million = 1_000_000;
const shape = `${clients} clients, ${keys} keys`;

/** Each history with its known verdict, one after another. */
export const recorded: Part = {
  title: 'recorded histories',
  async run(context) {
    const histories = recordedHistories();
    if (histories.length === 0)
      throw new Error('the recorded histories are part of the repository, not of the package');
    const seconds: number[] = [];
    let wrong = 0;
    await inRounds(context, 'histories of etcd', 3, async () => {
      wrong = 0;
      seconds.push(
        await processorSeconds(async () => {
          for (const { file, isLinearizable } of histories) {
            const { result } = await checkLog(file, 'jepsen', 'cas-register');
            if (result !== (isLinearizable ? 'valid' : 'invalid')) wrong++;
          }
        }),
      );
    });
    return [
      value('recorded', `${histories.length} histories of etcd, read, judged and explained`, 's', seconds, {
        below: 60,
      }),
      value('recorded-wrong', 'of these, verdicts that are wrong', '', [wrong], { below: 1 }),
    ];
  },
};

export const fromFile: Part = {
  title: 'from a file',
  async run(context) {
    const file = context.newFile();
    context.say(`writing ${million} operations`);
    await writeHistory(file, million);
    const seconds: number[] = [];
    await inRounds(context, 'from a file', 3, async () => {
      seconds.push(
        await processorSeconds(async () => {
          const { result } = await checkRegisters(file);
          if (result !== 'valid')
            throw new Error(`a history that is linearizable by construction is ${result}`);
        }),
      );
    });
    const peak = process.resourceUsage().maxRSS / 1024;
    return [
      value('file', `a file of ${million} operations (${shape}), read and judged`, 's', seconds, {
        below: 10,
      }),
      value('file-memory', 'the most memory that took, Node and all', 'MiB', [peak], { below: 1024 }),
    ];
  },
};

/** The same calls by zones and by a search, once they are read; and how both grow. */
export const growth: Part = {
  title: 'growth',
  async run(context) {
    const results: ValueResult[] = [];
    const perCall: number[] = [];
    for (const operations of [10_000, 100_000, million]) {
      const calls = callsOf(operations);
      const fast: number[] = [];
      const general: number[] = [];
      await inRounds(context, `${operations} operations`, operations === million ? 3 : 7, async () => {
        fast.push(await processorSeconds(() => judge(calls, 'fastest')));
        general.push(await processorSeconds(() => judge(calls, 'search')));
      });
      perCall.push(medianOf(fast) / operations);
      const title = `${operations} operations in memory (${shape})`;
      results.push({
        ...value(`zones-${operations}`, title, 's', fast, operations === million ? { below: 2 } : undefined),
        beside: { name: 'general checker', value: medianOf(general) },
      });
    }
    results.push(await hotKey(context));
    const [few = 0, , many = 0] = perCall;
    const title = `the time for one of ${million}, by that for one of 10000`;
    return [...results, value('growth', title, '', [many / few], { below: 5 })];
  },
};

/** Where a search has a hard time: all clients on one key, so that everything is concurrent with much. */
async function hotKey(context: BenchContext): Promise<ValueResult> {
  const calls = callsOf(5000, 1);
  const fast: number[] = [];
  const general: number[] = [];
  await inRounds(context, 'one key', 3, async () => {
    fast.push(await processorSeconds(() => judge(calls, 'fastest')));
    general.push(await processorSeconds(() => judge(calls, 'search')));
  });
  const beside = { name: 'general checker', value: medianOf(general) };
  return {
    ...value('hot-key', `${calls.length} operations of ${clients} clients on one key`, 's', fast),
    beside,
  };
}

function judge(
  calls: readonly Call<CredentialsInput, CredentialsOutput>[],
  method: 'fastest' | 'search',
): void {
  const { verdict } = checkLinearizable(credentials, calls, { method, stepsMax: 100 * million });
  if (verdict !== 'valid') throw new Error(`a history that is linearizable by construction is ${verdict}`);
}

function callsOf(operations: number, ofKeys = keys): Call<CredentialsInput, CredentialsOutput>[] {
  const begun = new Map<string, Call<CredentialsInput, CredentialsOutput>>();
  for (const event of madeUpHistory({ operations, clients, keys: ofKeys })) {
    if (event.type === 'invoke') {
      const { op: id, client: process, action, key = '', time: begin } = event;
      const input = action === 'set' ? { action, key, value: id } : { action: 'get' as const, key };
      begun.set(id, { id, process, input, output: true, begin, end: begin, happened: 'yes' });
    } else if (event.type === 'ok') {
      const call = begun.get(event.op);
      if (call) begun.set(event.op, { ...call, end: event.time, output: outputOf(call.input, event.result) });
    }
  }
  return [...begun.values()];
}

function outputOf({ action }: CredentialsInput, result: unknown): CredentialsOutput {
  return action === 'set' ? true : typeof result === 'string' ? result : null;
}

async function writeHistory(file: string, operations: number): Promise<void> {
  const stream = createWriteStream(file);
  let lines: string[] = [];
  for (const event of madeUpHistory({ operations, clients, keys })) {
    lines.push(JSON.stringify(event));
    if (lines.length < 10_000) continue;
    if (!stream.write(`${lines.join('\n')}\n`)) await once(stream, 'drain');
    lines = [];
  }
  stream.end(`${lines.join('\n')}\n`);
  await once(stream, 'finish');
}

/** The CPU time of all threads of this process: other load on the machine hardly lengthens it. */
async function processorSeconds(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
