import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TargetSpec } from '../core/target.js';
import { loadTarget } from '../targets/index.js';
import { credential } from '../workload/values.js';

/** Opens a store, uses it, leaves it open and does nothing: what it costs, and whether the process may end, shows then. */
export interface IdleConfig {
  file: string;
  /** Absent: the process does as much with nothing, to be compared with. */
  target?: TargetSpec;
  idleMs: number;
}

export interface IdleFound {
  /** What keeps the process alive, besides its standard streams. */
  keptAliveBy: string[];
  cpuMs: number;
}

/** For a store that hangs, and then for one that does not let go. */
const hungMs = 20_000;
const heldMs = 1500;
/** Lets what the start has left over, like the collection of garbage, come to its end. */
const settleMs = 300;

const { file, target, idleMs } = JSON.parse(process.argv[2] ?? '') as IdleConfig;
setTimeout(() => process.exit(3), hungMs).unref();
const store = target && (await (await loadTarget(target)).open(file, target.options));
await store?.set('idle', credential('idle.0'));
await store?.get('idle');
await store?.all();
await sleep(settleMs);

const keptAliveBy = process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY)Wrap$/.test(name));
const before = process.cpuUsage();
await sleep(idleMs);
const { user, system } = process.cpuUsage(before);
writeSync(1, `${JSON.stringify({ keptAliveBy, cpuMs: (user + system) / 1000 } satisfies IdleFound)}\n`);
// The store stays open: this process ends when nothing is left to do, or, where the store holds it, by this guard.
setTimeout(() => process.exit(3), heldMs).unref();
