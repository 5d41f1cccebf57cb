import { connect } from 'node:net';
import { ranHeader } from './fixtures/routes.js';
import type { Variant } from './variants.test.helper.js';

/** What became of a request. */
export interface Outcome {
  /** 0 where the connection was closed without an answer. */
  status: number;
  /** The handler that ran, if one did, and the method that it was called by. */
  ran: { what: string; method: string } | undefined;
}

/** A safety net: a server that neither answers nor closes counts as one that closed. */
const deadlineMs = 120_000;
const atOnce = 16;

/** Sends each over a connection of its own, byte for byte: nothing on the way may normalise it. */
export async function sendAll(variants: readonly Variant[], port: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const send = async () => {
    for (let n = next++; n < variants.length; n = next++)
      outcomes[n] = await sendRaw(variants[n] as Variant, port);
  };
  await Promise.all(Array.from({ length: atOnce }, send));
  return outcomes;
}

function sendRaw({ method, target, headers, upgrade }: Variant, port: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const end = () => {
      socket.destroy();
      resolve(outcomeOf(text));
    };
    socket.setTimeout(deadlineMs, end);
    socket.on('error', end);
    socket.on('close', end);
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      if (text.includes('\r\n\r\n')) end();
    });
    const connection = `Connection: ${upgrade ? 'Upgrade' : 'close'}`;
    const lines = [`${method} ${target} HTTP/1.1`, 'Host: 127.0.0.1', connection, ...headers];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
}

function outcomeOf(text: string): Outcome {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
  const [, what, method] = new RegExp(`^${ranHeader}: (\\S+) (\\S+)`, 'im').exec(text) ?? [];
  return { status, ran: what && method ? { what, method } : undefined };
}
