import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { openStore, openTokens, type StoreError } from '../index.js';
// So that the addresses of stores on engines are known, too.
import '../etcd/index.js';
import '../postgres/index.js';
import { fetchToken, isFresh } from './provider.js';

/** What another process does to the store: `programs.js <action> <place> [arguments]`. It says in lines how far it is. */
const [action = '', file = '', ...args] = process.argv.slice(2);

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Reports that it is ready, and waits for the word to go on. */
async function barrier(): Promise<void> {
  say('ready');
  await once(process.stdin, 'data');
  process.stdin.destroy();
}

/** In the midst of a commit: the others see an intent whose owner does not stir. */
function stopHere(signal: 'SIGKILL' | 'SIGSTOP'): void {
  say('stopping');
  process.kill(process.pid, signal);
  // Another thread may take the signal: this one must not go on before all are stopped.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
}

const actions: Record<string, () => Promise<void>> = {
  /** Sets so many keys of its own, one after another. */
  async sets() {
    const [name, count] = args;
    const store = openStore(file, { deadlineMs: 60_000 });
    await barrier();
    const begun = performance.now();
    for (let n = 0; n < Number(count); n++) await store.set(`${name}-${n}`, n);
    say(`${Math.round((Number(count) / (performance.now() - begun)) * 1000)} sets/s`);
    await store.close();
  },
  /** Adds one to the same number so many times. */
  async adds() {
    const store = openStore(file, { deadlineMs: 60_000 });
    await barrier();
    for (let n = 0; n < Number(args[0]); n++) await store.update('count', (old) => Number(old ?? 0) + 1);
    say('done');
    await store.close();
  },
  async refresh() {
    const store = openStore(file);
    await barrier();
    const value = await store.refresh('login', isFresh, (old) => fetchToken(args[0] ?? '', old));
    say(JSON.stringify(value));
    await store.close();
  },
  async dieInCommit() {
    await openStore(file).transaction((entries) => {
      entries.set('dead', true);
      stopHere('SIGKILL');
    });
  },
  /** Takes its pause only once: the change is asked for again when it was passed. */
  async stopInCommit() {
    let stops = 1;
    await openStore(file).transaction((entries) => {
      entries.set('late', Number(entries.get('late') ?? 0) + 1);
      if (stops-- > 0) stopHere('SIGSTOP');
    });
    say('done');
  },
  /** Ends by itself, though nothing was closed: neither a store nor a watch keeps a process alive. */
  async setAndEnd() {
    const store = openStore(file);
    store.watch(() => {});
    await store.set('last', 'breath');
    say('done');
  },
  /** Creates so many tokens and prints them, reads all that there are, and prints how many of these it accepts. */
  async tokens() {
    const tokens = openTokens(file);
    const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    say('ready');
    await lines.next();
    const made = await Promise.all(Array.from({ length: Number(args[0]) }, () => tokens.create()));
    say(JSON.stringify(made.map(({ token }) => token)));
    const all = JSON.parse((await lines.next()).value) as string[];
    const checked = await Promise.all(all.map((token) => tokens.check(token)));
    say(String(checked.filter(Boolean).length));
    await tokens.close();
    process.stdin.destroy();
  },
  /** Prints for each token that it reads whose it is, or the code of why it can't say. */
  async verifyTokens() {
    const tokens = openTokens(file);
    say('ready');
    for await (const token of createInterface({ input: process.stdin })) {
      try {
        say((await tokens.check(token))?.id ?? 'refused');
      } catch (error) {
        say((error as StoreError).code);
      }
    }
  },
  async set() {
    const [key = '', value = ''] = args;
    await openStore(file).set(key, value);
  },
};

await actions[action]?.();
