import type { Site, Sites } from './site.js';

/** The site of one change. It is looked up again before each attempt, and stays the same as long as nothing has moved. */
export class Visit {
  readonly #sites: Sites;
  #site: Site | undefined;

  constructor(sites: Sites) {
    this.#sites = sites;
  }

  /**
   * @param held a site that is open already, and most likely the one
   * @param onLeave called before the change moves to another site: nothing of ours may stay behind
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
