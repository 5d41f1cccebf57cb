import { type FSWatcher, watch } from 'node:fs';
import { errnoOf } from '../../errors.js';

/**
 * Sleeps until something changes in a directory or a file, or a time is over. The watch only makes it quick: where
 * it can't be had (too many watches, no such place) or misses a change, the time wakes.
 */
export class Alarm {
  #watcher: FSWatcher | undefined;
  #place: string | undefined;
  #wake: () => void = () => {};

  get watches(): string | undefined {
    return this.#place;
  }

  /**
   * Look at the place *after* this call, so that no change falls between the look and the sleep.
   * @returns false if nothing will ever wake but the time
   */
  set(place: string): boolean {
    this.close();
    try {
      const watcher = watch(place, { persistent: false }, () => this.#wake());
      this.#watcher = watcher;
      // Deno tells by such an event, later, that the place is not there: by then another one may be watched.
      watcher.on('error', () => this.#watcher === watcher && this.close());
      this.#place = place;
      return true;
    } catch (error) {
      // The place is gone: the next look finds out.
      return errnoOf(error) === 'ENOENT';
    }
  }

  async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#place = undefined;
  }
}
