import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { withdraw } from './commit/withdraw.js';
import { handOver } from './queue/hand-over.js';
import { createIntent } from './queue/intents.js';
import type { Queue } from './queue/queue.js';
import type { Ticket } from './queue/ticket.js';

const withdrawalsMax = 100;
const pauseMsMax = 64;

/** Withdraws our request, under a new intent each time, until its end is certain or the tries are used up. */
export async function takeBack(
  queue: Queue,
  request: Ticket,
  revocable: boolean,
): Promise<'done' | 'unknown' | 'withdrawn'> {
  for (let attempts = 0; attempts < withdrawalsMax; attempts++) {
    const end = queue.endOfRequest() ?? (await withdrawOnce(request, revocable));
    if (end) return end;
    await sleep(randomInt(1, pauseMsMax));
  }
  return 'unknown';
}

async function withdrawOnce(request: Ticket, revocable: boolean): ReturnType<typeof withdraw> {
  const { site } = request;
  const intent = createIntent(site);
  try {
    return await withdraw(site, intent, request, revocable);
  } finally {
    handOver(site, intent, request.name);
  }
}
