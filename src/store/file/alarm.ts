import { type FSWatcher, watch } from 'node:fs';

/**
 * Sleeps until something changes in a directory or a file, or a time is over. The watch only makes it quick: where
 * it can't be had (too many watches, no such place) or misses a change, the time wakes.
 */
export class Alarm {
  private watcher: FSWatcher | undefined;
  private place: string | undefined;
  private wake: () => void = () => {};

  get watches(): string | undefined {
    return this.place;
  }

  /** Look at the place *after* this call, so that no change falls between the look and the sleep. */
  set(place: string): void {
    this.close();
    try {
      this.watcher = watch(place, { persistent: false }, () => this.wake());
      this.watcher.on('error', () => this.close());
      this.place = place;
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
    this.place = undefined;
  }
}
