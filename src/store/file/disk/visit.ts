import type { Site, Sites } from './site.js';

/** The site that one change is at: looked up again before each attempt, and the same for as long as nothing has moved. */
export class Visit {
  readonly #sites: Sites;
  #site: Site | undefined;

  constructor(sites: Sites) {
    this.#sites = sites;
  }

  /**
   * @param held one that is open already: most likely it is the one
   * @param onLeave called before another one is gone to: nothing of ours may stay behind
   */
  arrive(held: Site | undefined, onLeave: () => void): Site {
    if (this.#site && this.#sites.isAt(this.#site)) return this.#site;
    if (this.#site) onLeave();
    this.end();
    this.#site = held && this.#sites.isAt(held) ? held.retain() : this.#sites.make();
    return this.#site;
  }

  end(): void {
    this.#site?.release();
    this.#site = undefined;
  }
}
