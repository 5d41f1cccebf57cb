import dgram from 'node:dgram';
import net from 'node:net';
import path from 'node:path';
import type { Call } from '../calls/call.js';
import { changesPath, opensFile } from '../protocol/act.js';
import { openWay } from '../protocol/open-flags.js';

/** What a program does that the gate lets pass, in words: `mkdir /tmp/x.lock`, `listen on 4096`. */
export type Note = (words: string) => void;

/** A native add-on may make calls that no module of Node's knows of; the words begin so. */
export const addonWords = 'load the native add-on ';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Lets everything through that can be a lock between processes besides the file system of the sandbox, and takes a note of it:
 * what is done there is not interleaved.
 */
export function reportUnsteered(note: Note): void {
  const noted = (object: object, name: string, words: (args: unknown[]) => string) => {
    const methods = object as Record<string, Method>;
    const original = methods[name];
    if (!original) return;
    methods[name] = function passOn(...args) {
      note(words(args));
      return Reflect.apply(original, this, args);
    };
  };
  noted(net.Socket.prototype, 'connect', (args) => `connect to ${addressIn(args)}`);
  noted(net.Server.prototype, 'listen', (args) => `listen on ${addressIn(args)}`);
  noted(dgram.Socket.prototype, 'bind', (args) => `listen on ${addressIn(args)}`);
  noted(dgram.Socket.prototype, 'send', () => 'send a datagram');
  noted(process, 'dlopen', ([, file]) => addonWords + path.basename(String(file)));
}

function addressIn([first]: unknown[]): string {
  // Node's own calls have their arguments in an array.
  const address: unknown = Array.isArray(first) ? first[0] : first;
  if (typeof address !== 'object' || address === null) return String(address ?? 'a socket');
  const { path: place, port } = address as { path?: unknown; port?: unknown };
  return String(place ?? port ?? 'a socket');
}

/** Devices that keep nothing, and the kernel's own files about processes. */
const exempt = /^\/(?:dev\/(?:null|zero|full|u?random|tty|pts|std|fd)|proc)(?:\/|\w*$)/;

/**
 * True for a change of a file that other processes can notice.
 * @param call its name, as the gate has it: one that opens to write counts as a change
 */
export function isChange(call: string, opensToWrite: boolean, place: string): boolean {
  return (opensFile(call) ? opensToWrite : changesPath(call)) && !exempt.test(place);
}

/** Words for a call outside the sandbox that other processes can notice. @returns undefined for any other call */
export function changeOutside({ call, path: place, to, flags }: Call): string | undefined {
  const where = to ?? place;
  if (where === undefined || !isChange(call, openWay(flags).writes, where)) return undefined;
  return `${call} ${where}`;
}
