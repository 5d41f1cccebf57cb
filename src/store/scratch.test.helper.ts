import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { StoreError } from '../errors/store-error.js';
import { atFileEnd } from '../file-end.test.helper.js';
import { type Site, Sites } from './file/disk/site.js';

let root: string | undefined;
const children = new Set<ChildProcess>();
const sites = new Set<Site>();

atFileEnd(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const site of sites) site.release();
  sites.clear();
  if (root !== undefined) rmSync(root, { recursive: true, force: true });
  root = undefined;
});

/** A new empty directory, removed with all others after the tests of the file. */
export function newDirectory(): string {
  root ??= realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-')));
  return mkdtempSync(path.join(root, 'd-'));
}

/** The place of a credential file, with nothing there yet. */
export function newFile(): string {
  return path.join(newDirectory(), 'auth.json');
}

/** The site of a file, held until the tests of the file are over. */
export function siteOf(file: string): Site {
  const site = new Sites(file).make();
  sites.add(site);
  return site;
}

/** The path of an intent of a process on another machine, of which it is unknown whether it lives. */
export function strangersIntent(file: string): string {
  return path.join(`${file}.intents`, `i-${'0'.repeat(16)}-1-1-${'0'.repeat(12)}-elsewhere`);
}

/** Has a stranger stand in the way of all commits that follow, once the store keeps no intent of its own from the last one. */
export async function obstruct(file: string): Promise<string> {
  const intent = strangersIntent(file);
  mkdirSync(path.dirname(intent), { recursive: true });
  while (readdirSync(path.dirname(intent)).length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  mkdirSync(intent, { recursive: true });
  return intent;
}

export function textOf(file: string): string {
  return readFileSync(file, 'utf8');
}

export function modeOf(place: string): string {
  return (statSync(place).mode & 0o777).toString(8);
}

/** Runs a command in a process of its own. `line()` is the next line of its output; it fails at the end. */
export function runCommand([command = '', ...args]: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  children.add(child);
  // Whoever was killed takes no more words.
  child.stdin.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    pid: child.pid,
    ended: once(child, 'exit'),
    kill: () => child.kill('SIGKILL'),
    endInput: () => child.stdin.end(),
    tell: (line: string) => child.stdin.write(`${line}\n`),
    async line(): Promise<string> {
      const { value, done } = await lines.next();
      if (done) throw new Error('the program ended without a word');
      return value;
    },
  };
}

/** The `StoreError` that the call fails with. */
export async function failureOf(call: Promise<unknown> | (() => unknown)): Promise<StoreError> {
  const error = await (async () => (typeof call === 'function' ? call() : call))().then(
    () => expect.fail('it should have failed'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

/** Everything of an error that could reach a log. */
export function allTextOf(error: StoreError): string {
  const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true });
  return [error.message, error.stack, String(error), JSON.stringify(error), shown].join('\n');
}
