import type { Disk } from '../../line/disk.js';
import type { Random } from '../../workload/random.js';
import type { System } from '../calls/system.js';
import type { CallName } from '../protocol/calls.js';
import type { CallEnd, CallToMake } from '../protocol/protocol.js';
import type { Process } from '../sim/kernel/process.js';
import { SimMachine } from '../sim/machine.js';
import { SimWorld } from '../sim/sim-world.js';
import { type Half, Held, hasHalves } from '../sim/split-calls.js';
import { systemOf } from '../sim/system.js';
import { accessesOf, type SharedAccess } from './footprint.js';

const names = ['a', 'a/f', 'a/c', 'a/c/f', 'b', 'b/f', 'l/f', 'l', 'b/'];
const ways = ['r', 'wt', 'wc', 'wct', 'wcx', 'rn'];
const about: CallName[] = ['stat', 'lstat', 'access', 'chmod', 'truncate', 'utimes', 'readdir', 'readlink'];
const changing: CallName[] = ['rename', 'rename', 'unlink', 'rmdir', 'mkdir', 'link', 'symlink', 'open'];
const all: CallName[] = [...about, ...changing, ...changing, 'open', 'open'];
const now = 1e12;

/** A step of a client: a call, or half of one. */
export interface Part {
  client: number;
  call: CallToMake;
}

type Functions = Record<string, (...args: unknown[]) => unknown>;

/** A simulated sandbox with some directories in which two clients make calls in halves, and the scheduler's knowledge of it. */
export class HalvesGround {
  private readonly machine = new SimMachine('/sandbox', { uid: 0, gid: 0, groups: [], umask: 0o022 });
  private readonly world = new SimWorld(this.machine);
  private readonly half: Half = {};
  private processes: Process[] = [];
  private client = 0;
  private readonly functions: Functions;
  private open: { client: number; fd: number }[] = [];
  /** Second halves that are still to be made. */
  private left: Part[] = [];

  constructor() {
    const processOf = () => this.processes[this.client] as Process;
    this.functions = systemOf(this.machine, processOf, this.half) as System & Disk as unknown as Functions;
  }

  /** The same for the same choices of chance. @returns what each of the two clients is about to do */
  prepare(random: Random): [Part, Part] {
    this.world.restart({ 'a/f': 'af', 'a/c/f': 'acf', 'b/f': 'bf', 'a/e': { mode: 0o700 } }, now);
    this.processes = [0, 1, 2].map((client) => this.machine.start(client));
    [this.open, this.left] = [[], []];
    this.make({ client: 2, call: { id: 1, call: 'symlink', path: 'l' } });
    const near: string[] = [];
    const parts = [0, 1].map((client) => {
      const call = pick(random, client === 0 ? all : changing);
      // Most of what changes at random is not on the way of the other one.
      if (client === 1 && random.int(0, 3) > 0) call.path = random.pick(near);
      near.push(...waysTo(call.path ?? ''), ...waysTo(call.to ?? call.path ?? ''));
      const isHalf = hasHalves(call) && (client === 0 || random.int(0, 2) === 0);
      return { client, call: isHalf ? firstHalfOf(call) : call };
    });
    const isSecond = parts.map(({ call }) => call.half !== undefined && random.int(0, 1) === 0);
    for (const part of parts) if (isSecond[part.client]) this.make(part);
    for (let count = random.int(0, 2); count > 0; count--)
      this.make({ client: 2, call: pick(random, changing) });
    const found = (client: number) => this.left.find((part) => part.client === client);
    return parts.map((part, client) => (isSecond[client] && found(client)) || part) as [Part, Part];
  }

  accesses({ client, call }: Part): SharedAccess[] {
    return accessesOf(call, this.world.as(client));
  }

  /** Makes a call or half of one, and lets the scheduler take note of it. @returns what its client can learn from it */
  make(part: Part): string {
    const { client, call } = part;
    const before = this.world.as(client).foresee(call);
    this.client = client;
    this.left = this.left.filter((one) => one !== part);
    const end: CallEnd = { digest: 0 };
    let found: string;
    try {
      found = this.perform(part, end);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      [end.errno, found] = [code, code];
    }
    this.world.record(client, call, before, end, now);
    return found;
  }

  /** What the second halves find that are still to be made, and all that is there then. */
  makeRest(): string[] {
    return [...this.left]
      .sort((a, b) => a.client - b.client)
      .map((part) => `${part.call.call} ${this.make(part)}`)
      .concat(this.state());
  }

  /** All that is there, by name and in what is open. */
  state(): string {
    const held = this.open.map(({ client, fd }) => {
      this.client = client;
      return `${client} ${statsIn(this.functions.fstatSync?.(fd))}`;
    });
    return [this.world.fingerprint(), ...held.sort()].join('\n');
  }

  private perform({ client, call }: Part, end: CallEnd): string {
    const { half, pin } = call;
    this.half.now = half === undefined ? pin : 'first';
    try {
      const found = this.whole(half === undefined ? call : { ...call, call: half });
      if (call.call !== 'open') return described(found);
      end.fd = Number(found);
      this.open.push({ client, fd: end.fd });
      return 'opened';
    } catch (error) {
      if (!(error instanceof Held) || half === undefined) throw error;
      const { half: _, ...rest } = call;
      this.left.push({ client, call: { ...rest, call: half, pin: error.pin } });
      end.pin = error.pin;
      return 'found';
    } finally {
      this.half.now = undefined;
    }
  }

  private whole({ call, path = '', to = '', flags = 'r' }: CallToMake): unknown {
    const make = this.functions[`${call}Sync`] as (...args: unknown[]) => unknown;
    const place = `/sandbox/${path}`;
    if (call === 'open') return make(place, numberOf(flags), 0o640);
    if (call === 'symlink') return make('a', place);
    if (call === 'rename' || call === 'link') return make(place, `/sandbox/${to}`);
    if (call === 'chmod') return make(place, 0o750);
    return make(place, ...(call === 'truncate' ? [1] : call === 'utimes' ? [7, 7] : []));
  }
}

function pick(random: Random, among: readonly CallName[]): CallToMake {
  const call = random.pick(among);
  const path = random.pick(names);
  const isTwo = call === 'rename' || call === 'link';
  return {
    ...{ id: 1, call, path },
    ...(isTwo ? { to: random.pick(names) } : {}),
    ...(call === 'open' ? { flags: random.pick(ways) } : {}),
    ...(call === 'utimes' ? { mtime: 7e9 } : {}),
  };
}

/** The path, and those of the directories on its way. */
function waysTo(path: string): string[] {
  const words = path.split('/').filter((word) => word !== '');
  return words.map((_, at) => words.slice(0, at + 1).join('/'));
}

function firstHalfOf(call: CallToMake): CallToMake {
  return { ...call, call: 'resolve', half: call.call };
}

/** As Linux numbers them. */
function numberOf(flags: string): number {
  const numbers: Record<string, number> = { r: 0, w: 2, c: 0o100, x: 0o200, t: 0o1000, n: 0o400000 };
  return [...flags].reduce((sum, letter) => sum | (numbers[letter] ?? 0), 0);
}

function described(found: unknown): string {
  if (Array.isArray(found)) return found.join();
  return typeof found === 'object' && found !== null ? statsIn(found) : String(found);
}

function statsIn(stats: unknown): string {
  const { ino, mode, nlink, size, mtimeMs } = stats as Record<string, number>;
  return [ino, mode, nlink, size, mtimeMs].join(' ');
}
