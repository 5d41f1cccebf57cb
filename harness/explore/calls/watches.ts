import { EventEmitter, on } from 'node:events';
import type { Grant } from '../protocol/protocol.js';
import type { Call } from './call.js';
import { toPath } from './path-calls.js';
import type { Self } from './self.js';

/** `fs.watch`: the scheduler knows what changes, and says when a process gets the event. */
export class Watches {
  private readonly all = new Map<number, Watcher>();
  private count = 0;

  constructor(
    private readonly self: Self,
    private readonly run: (call: Call) => unknown,
  ) {}

  add(place: unknown, isPersistent: boolean): Watcher {
    const of = ++this.count;
    const path = toPath(place, this.self.cwd);
    this.run({
      call: 'watch',
      ...(path === undefined ? {} : { path }),
      of,
      run: () => this.self.system.statSync(path ?? '') && undefined,
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

/** `fs.watch` and `fs.promises.watch` */
export function watchFunctions(watches: Watches) {
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
  return { watch, watchPromised };
}
