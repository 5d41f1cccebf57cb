import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { TlsOptions } from '../etcd/options.js';
import { NotSent } from './failures.js';
import type { Host } from './options.js';

/** What asks for TLS: its length, and a number that is no version. */
const tlsRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Connects, by TLS where there are options of it. The driver could do that, but it leaves a socket without a listener for errors when it
 * closes, and the process would end with it.
 * @throws NotSent
 */
export async function reach(
  { host, port }: Host,
  tls: TlsOptions | undefined,
  timeoutMs: number,
): Promise<Socket> {
  const name = host.replace(/^\[|\]$/g, '');
  const socket = connect({ host: name, port });
  // What fails later is found by who uses it.
  socket.on('error', () => {});
  let secured: TLSSocket | undefined;
  const signal = AbortSignal.timeout(Math.ceil(timeoutMs));
  try {
    await once(socket, 'connect', { signal });
    socket.setNoDelay(true);
    if (!tls) return socket;
    socket.write(tlsRequest);
    const [answer] = (await once(socket, 'data', { signal })) as [Buffer];
    socket.pause();
    // More than the one byte would be somebody's who wants to be taken for the server.
    if (answer.length !== 1 || answer[0] !== 'S'.charCodeAt(0)) throw new NotSent('it takes no TLS');
    const servername = isIP(name) === 0 ? { servername: name } : {};
    secured = connectTls({ socket, host: name, ...servername, ...tls });
    secured.on('error', () => {});
    await once(secured, 'secureConnect', { signal });
    return secured;
  } catch (error) {
    secured?.destroy();
    socket.destroy();
    if (error instanceof NotSent) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new NotSent(signal.aborted ? 'it can not be reached in time' : (code ?? message));
  }
}
