import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../checkers/index.js';
import type { HistoryEvent, ValueId } from '../history/events.js';
import { toRun } from '../history/run.js';
import type { Worker } from '../line/worker.js';
import { nameOf } from './handed-out.js';
import { Verifications } from './verifications.js';

const key = 'issuer-1.0-token-0';
const value = 'issuer-1.0.0';

type Answer = 'accepted' | 'refused' | 'error';
interface Told {
  begin: number;
  end: number;
  result: ValueId | null;
  times: number;
}

/** Verifies one token as often as there are answers, one in each tenth of a millisecond. @returns what is told */
async function verify(answers: readonly Answer[], tellNow: (n: number) => boolean = () => false) {
  let time = 0;
  let n = -1;
  const told: Told[] = [];
  let failed = 0;
  const worker = {
    now: () => time,
    recordRead: (_: string, read: Told) => told.push(read),
    recordFailedRead: () => failed++,
  } as unknown as Worker;
  const verifications = new Verifications(worker, {
    create: () => Promise.reject(new Error('not asked for')),
    delete: () => Promise.reject(new Error('not asked for')),
    list: () => Promise.resolve([]),
    verify() {
      time += 50_000;
      if (answers[n] === 'error') throw new Error('unreadable');
      return answers[n] === 'accepted' ? nameOf({ key, value }) : undefined;
    },
  });
  verifications.add({ key, value, id: 'id', token: 'token' });
  for (n = 0; n < answers.length; n++) {
    time = n * 100_000;
    await verifications.round();
    if (tellNow(n)) verifications.flush();
  }
  verifications.flush();
  return { told, failed };
}

describe('equal results in a row', () => {
  it('the verifier reports the first and the last of equal results, and their number', async () => {
    const { told } = await verify(['accepted', 'accepted', 'accepted', 'accepted', 'refused', 'refused']);
    expect(told).toEqual([
      { begin: 0, end: 50_000, result: value, times: 1 },
      { begin: 300_000, end: 350_000, result: value, times: 3 },
      { begin: 400_000, end: 450_000, result: null, times: 1 },
      { begin: 500_000, end: 550_000, result: null, times: 1 },
    ]);
  });

  it('an error ends a row of equal results and is reported as a failed read', async () => {
    const { told, failed } = await verify(['accepted', 'accepted', 'error', 'accepted']);
    expect(told.map(({ result, times }) => [result, times])).toEqual([
      [value, 1],
      [value, 1],
      [value, 1],
    ]);
    expect(failed).toBe(1);
  });
});

it('a token whose verification waits for an answer holds up no other', async () => {
  const told: string[] = [];
  let answer: (name: undefined) => void = () => {};
  const worker = { now: () => 0, recordRead: (key: string) => told.push(key) } as unknown as Worker;
  const verifications = new Verifications(worker, {
    create: () => Promise.reject(new Error('not asked for')),
    delete: () => Promise.reject(new Error('not asked for')),
    list: () => Promise.resolve([]),
    verify: (token) =>
      token === 'waits'
        ? new Promise((resolve) => {
            answer = resolve;
          })
        : nameOf({ key: token, value }),
  });
  for (const token of ['waits', 'known']) verifications.add({ key: token, value, id: token, token });
  await verifications.round();
  expect(told).toEqual(['known']);
  answer(undefined);
  await verifications.round();
  expect(told).toEqual(['known', 'waits']);
});

it('the results that are left out hide no violation and make none', async () => {
  const answers = fc.array(fc.constantFrom<Answer>('accepted', 'accepted', 'refused'), {
    minLength: 1,
    maxLength: 12,
  });
  // In tenths of a millisecond; a token is handed out when it has been created, so nobody verifies it before.
  const life = fc.record({ deleteBegin: fc.nat({ max: 12 }), deleteLength: fc.nat({ max: 3 }) });
  await fc.assert(
    fc.asyncProperty(answers, life, fc.infiniteStream(fc.boolean()), async (answers, life, moments) => {
      const { told } = await verify(answers, () => moments.next().value);
      const full = answers.map((answer, n) => ({
        begin: n * 100_000,
        end: n * 100_000 + 50_000,
        result: answer === 'accepted' ? value : null,
      }));
      expect(told.reduce((sum, { times }) => sum + times, 0)).toBe(full.length);
      expect(isViolated(told, life)).toBe(isViolated(full, life));
    }),
    { numRuns: 500 },
  );
});

function isViolated(
  reads: readonly Omit<Told, 'times'>[],
  { deleteBegin, deleteLength }: { deleteBegin: number; deleteLength: number },
): boolean {
  const process = 1;
  const client = 'issuer-1';
  const begin = deleteBegin * 100_000 + 20_000;
  const events: HistoryEvent[] = [
    { type: 'run', version: 1, scenario: 's', target: 't', seed: 1, atLeast: {} },
    { type: 'invoke', time: -2, op: value, client, process, action: 'set', key },
    { type: 'ok', time: -1, op: value },
    { type: 'invoke', time: begin, op: 'issuer-1.0.1', client, process, action: 'remove', key },
    { type: 'ok', time: begin + deleteLength * 100_000 + 10_000, op: 'issuer-1.0.1' },
    ...reads.flatMap(({ begin, end, result }, n): HistoryEvent[] => [
      {
        type: 'invoke',
        time: begin,
        op: `verifier-1.0.${n}`,
        client: 'verifier-1',
        process: 2,
        action: 'get',
        key,
      },
      { type: 'ok', time: end, op: `verifier-1.0.${n}`, result },
    ]),
  ];
  return judge(toRun(events)).findings.length > 0;
}
