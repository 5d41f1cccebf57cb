import { type FSWatcher, watch } from 'node:fs';
import { errnoOf } from '../../../errors/store-error.js';

/**
 * Sleeps until something changes in a directory or a file, or a time is over. The watch only makes it quick. Where there is
 * none (too many watches, no such file) or it misses a change, the sleep ends with its time.
 */
export class Alarm {
  #watcher: FSWatcher | undefined;
  #place: string | undefined;
  #wake: () => void = () => {};

  get watches(): string | undefined {
    return this.#place;
  }

  /**
   * Read the place *after* this call, so that no change falls between the read and the sleep.
   * @returns false where only the time can end the sleep
   */
  set(place: string): boolean {
    this.close();
    try {
      const watcher = watch(place, { persistent: false }, () => this.#wake());
      this.#watcher = watcher;
      // Deno reports by such an event, later, that the place does not exist. By then the alarm may watch another one.
      watcher.on('error', () => this.#watcher === watcher && this.close());
      this.#place = place;
      return true;
    } catch (error) {
      // The place is gone, which the next read will show.
      return errnoOf(error) === 'ENOENT';
    }
  }

  /** @returns whether a change has ended it, and not its time */
  sleep(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#place = undefined;
  }
}
