import { mayChangeNames } from '../protocol/act.js';
import { factsOf } from '../protocol/calls.js';
import type { CallToMake } from '../protocol/protocol.js';
import type { Routes } from './footprint.js';

/** What one call of a client is about to do: looked up before it, needed after it. */
export interface Foresight extends Routes {
  /** What its paths stand for, relative to the sandbox. */
  place: string | undefined;
  placeTo: string | undefined;
}

interface CachedRoutes {
  version: number;
  client: number;
  routes: Routes;
}

/** Where calls lead. It is asked for each time that a client could go on, and seldom changes. */
export class KnownRoutes {
  /** Of all that decides it: names, open files and locks. */
  version = 0;
  private readonly known = new WeakMap<CallToMake, CachedRoutes>();

  /** A call was made, which may have changed names, open files or locks. */
  forgetAfter(call: CallToMake): void {
    const { descriptors, lock } = factsOf(call.call) ?? {};
    if (mayChangeNames(call) || descriptors || lock) this.version++;
  }

  of(client: number, call: CallToMake, find: () => Routes): Routes {
    const { version } = this;
    const known = this.known.get(call);
    if (known?.version === version && known.client === client) return known.routes;
    const routes = find();
    this.known.set(call, { version, client, routes });
    return routes;
  }
}
