import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TokenInfo } from '../../tokens/token-info.js';
import type { Answer, Decision } from '../guard/answers.js';
import { protocolPrefix } from '../guard/credentials.js';
import type { Guard } from '../guard/guard.js';
import { incomingNode } from './node-http.js';

/**
 * Puts the guard before a server's upgrades, which no handler and no middleware of its requests sees (CVE-2024-28179:
 * everything but the WebSocket was authenticated). The connection ends with its token.
 *
 * @param onUpgrade called for each admitted upgrade. The credential is no longer in the request, so that a WebSocket server which
 * picks the first protocol offered picks the application's
 */
export function guardUpgrades(
  guard: Guard,
  server: Server,
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, token: TokenInfo) => void,
): void {
  server.on('upgrade', (request, socket, head) => {
    const goOn = (decision: Decision) => {
      if (!decision.ok) {
        refuseUpgrade(socket, decision);
        return;
      }
      // No path is public to an upgrade.
      if (!decision.token) {
        socket.destroy();
        return;
      }
      withoutCredential(request);
      socket.once(
        'close',
        guard.hold(decision.token, () => socket.destroy()),
      );
      onUpgrade(request, socket, head, decision.token);
    };
    const decided = guard.decide(incomingNode(request, { upgrade: true }));
    if (!(decided instanceof Promise)) {
      goOn(decided);
      return;
    }
    // The other side may be gone before the engine has answered.
    const ignore = () => {};
    socket.on('error', ignore);
    void decided.then((decision) => {
      socket.off('error', ignore);
      if (!socket.destroyed) goOn(decision);
    });
  });
}

/** The credential has done its work, and the connection ends with its token. */
export function admitUpgrade(guard: Guard, request: IncomingMessage, token: TokenInfo): void {
  withoutCredential(request);
  request.socket.once(
    'close',
    guard.hold(token, () => request.socket.destroy()),
  );
}

function refuseUpgrade(socket: Duplex, { status, headers, body }: Answer): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // The other side may be gone already.
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function withoutCredential({ headers, rawHeaders }: IncomingMessage): void {
  const name = 'sec-websocket-protocol';
  const rest = (value: string) =>
    value
      .split(',')
      .map((protocol) => protocol.trim())
      .filter((protocol) => !protocol.startsWith(protocolPrefix))
      .join(', ');
  const offered = headers[name] === undefined ? '' : rest(headers[name]);
  if (offered === '') delete headers[name];
  else headers[name] = offered;
  for (let n = 0; n < rawHeaders.length; n += 2) {
    if (rawHeaders[n]?.toLowerCase() === name) rawHeaders[n + 1] = rest(rawHeaders[n + 1] ?? '');
  }
}
