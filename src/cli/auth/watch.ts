import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Store } from '../../store/store.js';
import { exitCodes } from '../exit-codes.js';
import { note, print, printJson, shown } from './output.js';
import { type Flags, fileOf, subcommand, withStore } from './source.js';

export function addWatch(auth: Command): void {
  subcommand(auth, 'watch', 'print changes as they come: the names of the entries, one line each')
    .addHelpText(
      'after',
      `
Runs until it is interrupted, and then exits with 130. Changes in quick succession may come as one.
With --json each line is an object: {"change":"changed","provider":"anthropic"}, or "removed".

Examples:
  holdfast auth watch
  holdfast auth watch --json | while read -r change; do ./reload; done`,
    )
    .action(watch);
}

async function watch(flags: Flags): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());
  const file = fileOf(flags);
  const tell = (change: 'changed' | 'removed', names: readonly string[]) => {
    for (const provider of names) {
      if (flags.json) printJson({ change, provider }, { lines: false });
      else print(`${change} ${shown(provider)}`);
    }
  };
  await withStore(file, (store) =>
    followChanges(store, interrupt.signal, {
      onReady: () => note(`watching ${file}`),
      onChange: ({ changed, removed }) => {
        tell('changed', changed);
        tell('removed', removed);
      },
      onTrouble: note,
    }),
  );
  process.exitCode = exitCodes.interrupted;
}

interface Listener {
  onReady: () => void;
  onChange: (change: { changed: string[]; removed: string[] }) => void;
  /** The file can't be read for now. Told once for each reason. */
  onTrouble: (message: string) => void;
}

const everyMs = 100;

/** Keeps the process alive until the signal ends it. */
async function followChanges(store: Store, signal: AbortSignal, listener: Listener): Promise<void> {
  let before: Map<string, string> | undefined;
  let trouble = '';
  while (!signal.aborted) {
    try {
      const now = new Map(
        Object.entries(await store.all()).map(([key, value]) => [key, JSON.stringify(value)]),
      );
      if (before) tellDifference(before, now, listener);
      else listener.onReady();
      before = now;
      trouble = '';
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!before) throw error;
      if (message !== trouble) listener.onTrouble(message);
      trouble = message;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

function tellDifference(before: Map<string, string>, now: Map<string, string>, listener: Listener): void {
  const changed = [...now.keys()].filter((key) => now.get(key) !== before.get(key));
  const removed = [...before.keys()].filter((key) => !now.has(key));
  if (changed.length + removed.length > 0) listener.onChange({ changed, removed });
}
