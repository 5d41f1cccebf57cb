import { mayChangeNames } from '../protocol/act.js';
import { factsOf } from '../protocol/calls.js';
import type { CallEnd, CallToMake } from '../protocol/protocol.js';
import { mix, printOfWord } from './fingerprint.js';
import type { Routes, SharedAccess } from './footprint.js';

/** What one call of a client is about to do: looked up before it, needed after it. */
export interface Foresight extends Routes {
  /** What its paths stand for, relative to the sandbox. */
  place: string | undefined;
  placeTo: string | undefined;
}

/** All that is known of a call as long as nothing changes that decides where it leads. */
export interface KnownCall {
  version: number;
  client: number;
  routes?: Routes;
  foresight?: Foresight;
  accesses?: SharedAccess[];
}

/** Too many would fill the process's memory. */
const countMax = 200_000;

/**
 * Where calls lead. It is asked for each time that a client could go on, and seldom changes: so it is remembered by what decides
 * it, from one execution to the next.
 */
export class KnownRoutes {
  /**
   * Of all names: a number for the files at the beginning and the calls that have changed any since, each with its end. A virtual
   * process that does what it did before makes the same call, and not only an equal one: so two executions have the same version
   * only after the same calls.
   */
  private names = 0;
  /** By client, of what only its own calls change: its open files and locks, with the names of the moment at which each was opened. */
  private own: number[] = [];
  private known = new WeakMap<CallToMake, Map<number, KnownCall>>();
  private count = 0;
  private readonly numbers = new WeakMap<object, number>();
  private lastNumber = 0;

  /** @param files what there is at first */
  begin(files: object): void {
    this.names = this.numberOf(files);
    this.own = [];
  }

  /** What a disk keeps decides what a call touches. @param model undefined where no power is lost */
  under(model: string | undefined): void {
    this.names = mix(this.names, printOfWord(model ?? ''));
  }

  /** A call was made, which may have changed names, open files or locks. */
  forgetAfter(client: number, call: CallToMake, { errno, fd = -1, digest }: CallEnd): void {
    const { descriptors, lock } = factsOf(call.call) ?? {};
    const changesNames = mayChangeNames(call);
    if (!changesNames && !descriptors && !lock) return;
    let change = mix(client, this.numberOf(call));
    for (const part of [Number(errno === undefined), fd, digest]) change = mix(change, part);
    if (descriptors || lock) this.own[client] = mix(mix(this.own[client] ?? 0, this.names), change);
    if (changesNames) this.names = mix(this.names, change);
  }

  /** Everything may be elsewhere, in a way that no call has brought about. */
  forgetAll(): void {
    this.begin({});
  }

  /** A client's life is over: what it had open is closed. */
  forgetClient(client: number): void {
    this.own[client] = mix(this.own[client] ?? 0, -2 - client);
  }

  of(client: number, call: CallToMake): KnownCall {
    const version = mix(this.names, this.own[client] ?? 0);
    let versions = this.known.get(call);
    const known = versions?.get(version);
    if (known?.client === client) return known;
    if (this.count++ > countMax) {
      this.known = new WeakMap();
      this.count = 0;
      versions = undefined;
    }
    const found: KnownCall = { version, client };
    if (versions) versions.set(version, found);
    else this.known.set(call, new Map([[version, found]]));
    return found;
  }

  private numberOf(one: object): number {
    const known = this.numbers.get(one);
    if (known !== undefined) return known;
    this.numbers.set(one, ++this.lastNumber);
    return this.lastNumber;
  }
}
