import { Context } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import type { TokenStore } from '../core/target.js';
import type { TokenAnswers, TokenAsk, Verified } from './protocol.js';
import { percentileOf } from './statistics.js';

const header = /^Bearer +(\S+)$/i;

/** What a process is asked that has tokens open. */
export async function performOnTokens<A extends TokenAsk>(
  tokens: TokenStore,
  ask: A,
): Promise<TokenAnswers[A['type']]>;
export async function performOnTokens(
  tokens: TokenStore,
  ask: TokenAsk,
): Promise<TokenAnswers[keyof TokenAnswers]> {
  switch (ask.type) {
    case 'create':
      return Promise.all(Array.from({ length: ask.count }, (_, n) => tokens.create(`bench ${n}`)));
    case 'delete':
      await tokens.delete(ask.id);
      return null;
    case 'verify': {
      // As a server has it: the header of the request.
      const authorization = `Bearer ${ask.token}`;
      return inBatches(ask.count, async (count) => {
        let accepted = 0;
        for (let n = 0; n < count; n++) {
          const found = tokens.verify(header.exec(authorization)?.[1] ?? '');
          if ((found instanceof Promise ? await found : found) !== undefined) accepted++;
        }
        return accepted;
      });
    }
    case 'bearer-auth': {
      const authenticate = bearerAuth({ token: ask.token });
      const request = new Request('http://localhost/', { headers: { authorization: `Bearer ${ask.token}` } });
      const context = new Context(request);
      return inBatches(ask.count, async (count) => {
        let accepted = 0;
        const next = async () => {
          accepted++;
        };
        for (let n = 0; n < count; n++) await authenticate(context, next);
        return accepted;
      });
    }
  }
}

const batches = 200;

/** The time is that of the quickest tenth: a batch in which another program had the processor says nothing of the code. */
async function inBatches(count: number, run: (count: number) => Promise<number>): Promise<Verified> {
  const size = Math.ceil(count / batches);
  const microseconds: number[] = [];
  let accepted = 0;
  for (let left = count; left > 0; left -= size) {
    const calls = Math.min(size, left);
    const started = performance.now();
    accepted += await run(calls);
    microseconds.push(((performance.now() - started) * 1000) / calls);
  }
  return { microseconds: percentileOf(microseconds, 10), accepted };
}
