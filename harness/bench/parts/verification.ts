import type { BenchContext, Part } from '../context.js';
import { inRounds } from '../context.js';
import type { Worker } from '../crew.js';
import { meets, type RatioResult, type ValueResult } from '../result.js';
import { medianOf, spreadOf } from '../statistics.js';
import { valueResultsOf } from '../value-result.js';

const few = 10;
const many = 1000;
const verifiesPerRound = 40_000;
const othersPerRound = 2000;
const roundsDefault = 9;

/**
 * A whole verification, fresh across processes, beside the comparison with one static token that a server of Hono has by
 * default; and with a thousand tokens beside ten. In each round another process creates the token and deletes it, so that
 * a cache that does not look at the file is never what is measured.
 */
export const verification: Part = {
  title: 'verification of tokens',
  async run(context) {
    const small = await staff(context, few);
    // Warm: the first calls compile the code. A store that answers from a stale cache ends here, before a thousand tokens are made.
    await round(small);
    const large = await staff(context, many);
    const [rival] = await context.crew.hire(1, context.target, context.newFile(), 'tokens');
    if (!rival) throw new Error('no process was hired');
    const ours: number[] = [];
    const crowded: number[] = [];
    const others: number[] = [];
    const title = 'verifications, by turns';
    await round(large);
    await compare(rival);
    await inRounds(context, title, roundsDefault, async () => {
      ours.push(await round(small));
      crowded.push(await round(large));
      others.push(await compare(rival));
    });
    await Promise.all([small, large].flatMap(({ writer, server }) => [writer.leave(), server.leave()]));
    await rival.leave();
    return [alone(ours), besideBearerAuth(ours, others), manyBesideFew(crowded, ours)];
  },
};

/** A server, and a process that creates and deletes tokens meanwhile. */
interface Staff {
  writer: Worker;
  server: Worker;
}

async function staff({ crew, target, newFile }: BenchContext, tokens: number): Promise<Staff> {
  const [writer, server] = await crew.hire(2, target, newFile(), 'tokens');
  if (!writer || !server) throw new Error('no process was hired');
  await writer.ask({ type: 'create', count: tokens - 1 });
  return { writer, server };
}

/** @returns microseconds for one verification */
async function round({ writer, server }: Staff): Promise<number> {
  const [made] = await writer.ask({ type: 'create', count: 1 });
  if (!made) throw new Error('no token was created');
  const { token, id } = made;
  const { microseconds, accepted } = await server.ask({ type: 'verify', token, count: verifiesPerRound });
  await writer.ask({ type: 'delete', id });
  const after = await server.ask({ type: 'verify', token, count: 1 });
  if (accepted !== verifiesPerRound || after.accepted !== 0) {
    throw new Error('what was verified is not what is there: a stale answer would be measured');
  }
  return microseconds;
}

async function compare(rival: Worker): Promise<number> {
  const token = 'made-up-token-of-22-ch';
  const { microseconds, accepted } = await rival.ask({ type: 'bearer-auth', token, count: othersPerRound });
  if (accepted !== othersPerRound) throw new Error('bearerAuth has refused its own token');
  return microseconds;
}

function alone(microseconds: readonly number[]): ValueResult {
  return valueResultsOf('verification')('verify', `one verification, ${few} tokens`, 'µs', microseconds, {
    below: 5,
  });
}

function besideBearerAuth(ours: readonly number[], others: readonly number[]): RatioResult {
  const perSecond = (microseconds: number) => 1e6 / microseconds;
  const ratio = spreadOf(ours.map((microseconds, n) => (others[n] ?? 0) / microseconds));
  const goal = { atLeast: 10 };
  return {
    kind: 'ratio',
    part: 'verification',
    name: 'beside-bearer-auth',
    unit: 'a second',
    title: `verifications, ${few} tokens`,
    ours: perSecond(medianOf(ours)),
    other: { name: 'bearerAuth of Hono, one static token', value: perSecond(medianOf(others)) },
    ratio,
    goal,
    met: meets(ratio.median, goal),
  };
}

function manyBesideFew(crowded: readonly number[], ours: readonly number[]): RatioResult {
  const ratio = spreadOf(crowded.map((microseconds, n) => microseconds / (ours[n] ?? 0)));
  const goal = { below: 1.5 };
  return {
    kind: 'ratio',
    part: 'verification',
    name: 'many-tokens',
    unit: 'µs',
    title: `one verification, ${many} tokens`,
    ours: medianOf(crowded),
    other: { name: `${few} tokens`, value: medianOf(ours) },
    ratio,
    goal,
    met: meets(ratio.median, goal),
  };
}
