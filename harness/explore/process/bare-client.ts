import { once } from 'node:events';
import fs from 'node:fs';
import { createInterface } from 'node:readline';
import { loadTarget } from '../../targets/index.js';
import { credential } from '../../workload/values.js';
import { Provider, useCredential } from '../client/provider.js';
import type { Operation } from '../protocol/protocol.js';

/** The setup of a client without a gate, passed in its environment. */
export interface BareSetup {
  client: string;
  file: string;
  module: string;
  label: string;
  options: Record<string, string | number>;
  operations: Operation[];
}

/**
 * A client as it is in life, with no gate: says its process id, opens the target, says so, waits for a word, performs its operations, and says of
 * each write whether it was acknowledged.
 */
const { client, file, operations, ...target } = JSON.parse(process.env.HOLDFAST_BARE ?? '') as BareSetup;
process.stdout.write(`started ${process.pid}\n`);
const store = await (await loadTarget(target)).open(file, target.options);
const lines = createInterface({ input: process.stdin });
process.stdout.write('ready\n');
await once(lines, 'line');
let count = 0;
for (const { action, key = '' } of operations) {
  const op = `${client}.0.${count}`;
  if (action !== 'look') count++;
  try {
    if (action === 'set') await store.set(key, credential(op));
    else if (action === 'remove') await store.remove(key);
    else if (action === 'get') await store.get(key);
    else if (action === 'refresh') await useCredential(store, key, op, new Provider(file, () => {}, fs));
    else await store.all();
    if (action === 'set') process.stdout.write(`acknowledged ${key} ${op}\n`);
  } catch {
    // Not acknowledged: nothing is promised.
  }
}
await store.close?.();
lines.close();
