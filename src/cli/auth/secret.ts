import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from '../usage-error.js';

const bytesMax = 1 << 20;

/**
 * The secret, from a place that no other user can see: typed at a hidden prompt if stdin is a terminal, else all of stdin.
 * An argument would be in the list of processes and in the shell's history.
 * @returns undefined if the user interrupted the prompt
 */
export async function readSecret(question: string): Promise<string | undefined> {
  return process.stdin.isTTY ? promptHidden(question) : readAll();
}

async function readAll(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bytesMax)
      throw new UsageError(`stdin holds more than ${bytesMax} bytes`, 'expected a secret');
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new UsageError('stdin is not UTF-8 text', 'expected a secret');
  }
}

/** The line editor with nothing to draw on: it puts the terminal into raw mode, which echoes nothing, and back again. */
function promptHidden(question: string): Promise<string | undefined> {
  process.stderr.write(question);
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  const editor = createInterface({ input: process.stdin, output: nothing, terminal: true, historySize: 0 });
  return new Promise<string | undefined>((resolve) => {
    // The first of these counts: closing, which gives the terminal back, comes as `close`, too.
    editor.once('line', resolve);
    editor.once('SIGINT', () => resolve(undefined));
    // Ctrl-D, or a terminal that went away.
    editor.once('close', () => resolve(''));
  }).finally(() => {
    editor.close();
    process.stderr.write('\n');
  });
}
