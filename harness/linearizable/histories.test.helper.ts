import type { Random } from '../workload/random.js';
import type { Call, Model } from './model.js';
import { casRegister } from './models/cas-register.js';
import { credentials } from './models/credentials.js';
import { kv } from './models/kv.js';
import { lease } from './models/lease.js';
import { register } from './models/register.js';
import { tokens } from './models/tokens.js';

// biome-ignore lint/suspicious/noExplicitAny: a list of models has no one type of state
export type AnyModel = Model<any, any, any>;
export type AnyCall = Call<unknown, unknown>;

/** A model, what one may ask of it, and answers that are sometimes right. */
export interface Kind {
  model: AnyModel;
  input(random: Random, at: number): unknown;
  answers: readonly unknown[];
}

const key = (random: Random) => random.pick(['a', 'b']);

export const kinds: readonly Kind[] = [
  {
    model: register,
    input: (random) => (random.oneIn(2) ? { read: true } : { write: random.pick([1, 2, null]) }),
    answers: [null, 1, 2],
  },
  {
    model: casRegister,
    input: (random) =>
      random.pick([
        { read: true },
        { write: random.int(1, 2) },
        { expect: random.pick([null, 1, 2]), put: random.int(1, 2) },
      ]),
    answers: [null, 1, 2, true, false],
  },
  {
    model: kv,
    input: (random) =>
      random.pick([
        { get: key(random) },
        { get: key(random) },
        { put: key(random), value: random.pick(['x', 'y']) },
        { append: key(random), value: random.pick(['x', 'y']) },
      ]),
    answers: ['', 'x', 'y', 'xy', 'xx'],
  },
  {
    model: credentials,
    input: (random, at) =>
      random.pick([
        { action: 'get', key: key(random) },
        { action: 'all' },
        { action: 'set', key: key(random), value: `v${at}` },
        { action: 'set', key: key(random), value: `v${at}` },
        { action: 'remove', key: key(random) },
      ]),
    answers: [null, 'v0', 'v1', new Map(), new Map([['a', 'v0']]), new Map([['b', 'v1']])],
  },
  {
    model: tokens,
    input: (random) => ({
      action: random.pick(['create', 'delete', 'verify', 'verify']),
      id: random.pick(['s', 't']),
    }),
    answers: [true, false],
  },
  {
    model: lease,
    input: (random) => ({
      action: random.pick(['acquire', 'release']),
      lease: 'l',
      holder: random.pick(['p', 'q']),
    }),
    answers: [true, false],
  },
];

/** What calls on one object, each at one point of its interval, answer: linearizable by construction. */
export function linearizableHistory(kind: Kind, random: Random, callsMax: number): AnyCall[] {
  const { model } = kind;
  const count = random.int(1, callsMax);
  const drafts = Array.from({ length: count }, (_, at) => {
    const begin = random.int(0, 2 * count);
    const point = begin + random.int(0, 3);
    return { at, begin, point, end: point + random.int(0, 3), input: kind.input(random, at) };
  });
  let state: unknown = model.init;
  const calls: AnyCall[] = [];
  for (const { at, begin, end, input } of drafts.sort((a, b) => a.point - b.point)) {
    const base = { id: `op${at}`, process: `p${at}`, input, begin };
    // Some are never answered: they happen at their point, or not at all.
    if (random.oneIn(7)) {
      const next = random.oneIn(2) ? model.step(state, input, undefined) : state;
      state = next ?? state;
      const until = random.oneIn(2) ? Number.POSITIVE_INFINITY : end;
      calls.push({ ...base, output: undefined, end: until, happened: 'maybe' });
      continue;
    }
    const fitting = [true, false, ...answersOf(kind, state)].filter(
      (output) => model.step(state, input, output) !== undefined && isAnswer(input, output),
    );
    if (fitting.length === 0) continue;
    const output = random.pick(fitting);
    state = model.step(state, input, output);
    calls.push({ ...base, output, end, happened: 'yes' });
  }
  return calls;
}

/** The same, with the answers, the intervals or the calls themselves tampered with: often, but not always, no longer so. */
export function tamperedHistory(kind: Kind, random: Random, callsMax: number): AnyCall[] {
  const calls = linearizableHistory(kind, random, callsMax);
  for (let times = random.int(1, 3); times > 0 && calls.length > 0; times--) {
    const at = random.int(0, calls.length - 1);
    const call = calls[at] as AnyCall;
    const way = random.int(0, 3);
    if (way === 0) calls.splice(at, 1);
    else if (way === 1) calls[at] = { ...call, input: kind.input(random, at + 10) };
    else if (way === 2 && call.happened === 'yes') calls[at] = { ...call, output: random.pick(kind.answers) };
    else if (way === 3) calls[at] = { ...call, begin: call.begin + 4, end: call.end + 4 };
  }
  return calls;
}

function answersOf({ answers }: Kind, state: unknown): unknown[] {
  const shown = state instanceof Map ? [state, ...state.values()] : [state];
  return [...answers, ...shown];
}

/** A write answers that it is done, and nothing else. */
function isAnswer(input: unknown, output: unknown): boolean {
  const isWrite = /"(write|put|append)"|"action":"(set|remove)"/.test(JSON.stringify(input));
  const isConditional = /"expect"/.test(JSON.stringify(input));
  const isQuestion = /"read"|"get"|"all"/.test(JSON.stringify(input));
  if (isQuestion) return typeof output !== 'boolean';
  return typeof output === 'boolean' && (isConditional || !isWrite || output);
}
