import { type Call, nameOf } from '../calls/call.js';
import { opensFile } from '../protocol/act.js';
import { Print } from '../world/fingerprint.js';

/**
 * All that a program can see of an answer, as a number: what it does next is a function of these. The number of a descriptor is left
 * out: it follows from what the process itself has opened and closed. So is that of half a call.
 */
export function printOf({ call, bytes }: Call, answer: unknown): number {
  const print = new Print();
  if (opensFile(call) || (call === 'resolve' && answer !== undefined)) print.text('opened');
  else if (bytes) {
    print.add(Number(answer));
    print.bytes(bytes(Number(answer)));
  } else if (Array.isArray(answer))
    for (const one of answer) {
      print.text(nameOf(one));
      if (typeof one === 'object') print.add(kindOf(one as { isDirectory(): boolean; isFile(): boolean }));
    }
  else if (typeof answer === 'object' && answer !== null)
    for (const value of Object.values(answer)) print.text(value instanceof Date ? '' : String(value));
  else print.text(String(answer));
  return print.value;
}

function kindOf(entry: { isDirectory(): boolean; isFile(): boolean }): number {
  return entry.isDirectory() ? 1 : entry.isFile() ? 2 : 3;
}
