import { EventEmitter, on } from 'node:events';
import fs from 'node:fs';
import type { Grant } from '../process/protocol.js';
import type { Call } from './call.js';
import type { Loop } from './loop.js';
import { toPath } from './path-calls.js';
import { real } from './real.js';

/** `fs.watch`: the scheduler knows what changes, and says when a process hears of it. */
export class Watches {
  private readonly all = new Map<number, Watcher>();
  private count = 0;

  constructor(private readonly run: (call: Call) => unknown) {}

  add(place: unknown, isPersistent: boolean): Watcher {
    const of = ++this.count;
    const path = toPath(place);
    this.run({
      call: 'watch',
      ...(path === undefined ? {} : { path }),
      of,
      run: () => real.fs.statSync(path ?? '') && undefined,
    });
    const watcher = new Watcher(isPersistent, () => {
      if (this.all.delete(of)) this.run({ call: 'unwatch', of, run: () => undefined });
    });
    this.all.set(of, watcher);
    return watcher;
  }

  fire({ watch, event, name }: Extract<Grant, { type: 'event' }>): void {
    this.all.get(watch)?.emit('change', event, name);
  }

  keepsAlive(): boolean {
    return [...this.all.values()].some(({ isPersistent }) => isPersistent);
  }

  clear(): void {
    this.all.clear();
    this.count = 0;
  }
}

class Watcher extends EventEmitter {
  constructor(
    public isPersistent: boolean,
    private readonly end: () => void,
  ) {
    super();
  }
  ref(): this {
    this.isPersistent = true;
    return this;
  }
  unref(): this {
    this.isPersistent = false;
    return this;
  }
  close(): void {
    this.end();
    this.emit('close');
  }
}

interface Options {
  persistent?: boolean;
  signal?: AbortSignal;
}

export function replaceWatch(watches: Watches, loop: Loop): void {
  const watch = (place: unknown, ...rest: unknown[]) => {
    const options = (rest.find((one) => typeof one === 'object') ?? {}) as Options;
    const listener = rest.find((one): one is () => void => typeof one === 'function');
    const watcher = watches.add(place, options.persistent ?? true);
    if (listener) watcher.on('change', listener);
    options.signal?.addEventListener('abort', () => watcher.close());
    return watcher;
  };
  async function* watchPromised(place: unknown, options: Options = {}) {
    const watcher = watch(place, options);
    for await (const [eventType, filename] of on(watcher, 'change', { close: ['close'], ...options }))
      yield { eventType, filename };
  }
  Object.assign(fs, {
    watch,
    unwatchFile: () => loop.halt('refused', "it calls fs.unwatchFile, which can't be controlled"),
  });
  Object.assign(fs.promises, { watch: watchPromised });
}
