import { type FSWatcher, watch } from 'node:fs';

/**
 * Sleeps until something changes in a directory, or a time is over. The watch only makes it quick: where
 * it can't be had (too many watches, no such directory) or misses a change, the time wakes.
 */
export class Alarm {
  private watcher: FSWatcher | undefined;
  private wake: () => void = () => {};

  get isSet(): boolean {
    return this.watcher !== undefined;
  }

  /** Look at the directory *after* this call, so that no change falls between the look and the sleep. */
  set(directory: string): void {
    try {
      this.watcher = watch(directory, { persistent: false }, () => this.wake());
      this.watcher.on('error', () => this.close());
    } catch {
      // Polling alone, then.
    }
  }

  async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }
}
