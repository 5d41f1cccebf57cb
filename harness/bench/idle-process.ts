import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TargetSpec } from '../core/target.js';
import { loadTarget } from '../targets/index.js';
import { credential } from '../workload/values.js';

/** Opens a store, uses it, leaves it open and does nothing: what it costs, and whether the process may end, shows then. */
export interface IdleConfig {
  file: string;
  target: TargetSpec;
  idleMs: number;
}

export interface IdleFound {
  /** What keeps the process alive, besides its standard streams. */
  keptAliveBy: string[];
  cpuMs: number;
}

/** Whoever started this process would wait for it no longer. */
const guardMs = 20_000;
/** Lets what the start has left over, like the collection of garbage, come to its end. */
const settleMs = 300;

const { file, target, idleMs } = JSON.parse(process.argv[2] ?? '') as IdleConfig;
setTimeout(() => process.exit(3), guardMs).unref();
const store = await (await loadTarget(target)).open(file, target.options);
await store.set('idle', credential('idle.0'));
await store.get('idle');
await store.all();
await sleep(settleMs);

const keptAliveBy = process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY)Wrap$/.test(name));
const before = process.cpuUsage();
await sleep(idleMs);
const { user, system } = process.cpuUsage(before);
writeSync(1, `${JSON.stringify({ keptAliveBy, cpuMs: (user + system) / 1000 } satisfies IdleFound)}\n`);
// The store stays open, and nothing ends this process but that nothing is left to do.
