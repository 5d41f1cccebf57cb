import { randomBytes } from 'node:crypto';
import { closeSync, constants, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { note, print, printJson } from '../auth/output.js';
import { addressOf, onEngine } from '../engine.js';
import { UsageError } from '../usage-error.js';
import type { KeyFlags } from './index.js';

const idForm = /^[\w-]{1,64}$/;

/** Never replaces a key, and never prints one. */
export async function create({ file: given, id: wanted }: KeyFlags): Promise<void> {
  const file = fileOf(given);
  const isThere = existsSync(file);
  const { keyIdsIn } = await import('../on-etcd.js');
  const ids = isThere ? keyIdsIn(file) : [];
  const id = wanted ?? nextId(ids);
  if (!idForm.test(id))
    throw new UsageError('--id is no id', 'expected letters, digits, _ and -, at most 64');
  if (ids.includes(id)) throw new UsageError(`${file} has a key ${id} already`, 'give another --id');
  const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  const mode = isThere ? O_APPEND : O_CREAT | O_EXCL;
  const descriptor = openSync(file, O_WRONLY | O_NOFOLLOW | mode, 0o600);
  try {
    const gap = isThere && !readFileSync(file, 'utf8').endsWith('\n') ? '\n' : '';
    writeSync(descriptor, `${gap}${id} ${randomBytes(32).toString('base64url')}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  note(
    ids.length === 0
      ? `made the key ${id} in ${file}, which only you can read: it seals`
      : `added the key ${id} to ${file}: it opens, and ${ids[0]} seals until you put its line first`,
  );
  note('Keep a copy elsewhere: without it, what it has sealed is lost.');
}

export async function list({ file, json }: KeyFlags): Promise<void> {
  const { keyIdsIn } = await import('../on-etcd.js');
  const ids = keyIdsIn(fileOf(file));
  if (json) printJson(ids.map((id, n) => ({ id, seals: n === 0 })));
  else print(ids.map((id, n) => (n === 0 ? `${id}  seals` : id)).join('\n'));
}

export async function resealAll(flags: KeyFlags): Promise<void> {
  const address = addressOf(flags);
  if (address === undefined)
    throw new UsageError('no store was named', 'give --store, or set HOLDFAST_STORE');
  const { resealAt } = await onEngine(address);
  const count = await resealAt(address);
  note(
    count === 0
      ? `all values of ${address} are sealed by the first key`
      : `sealed ${count} values of ${address} anew; do it again until it says that all are`,
  );
}

function nextId(ids: readonly string[]): string {
  let number = ids.length + 1;
  while (ids.includes(`k${number}`)) number++;
  return `k${number}`;
}

function fileOf(given: string | undefined): string {
  const file = given ?? process.env.HOLDFAST_KEYS_FILE;
  if (file === undefined || file === '')
    throw new UsageError('no file of keys was named', 'give --file, or set HOLDFAST_KEYS_FILE');
  return path.resolve(file);
}
