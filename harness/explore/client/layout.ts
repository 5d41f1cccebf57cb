import { isDeepStrictEqual } from 'node:util';
import type { Store, TargetModule } from '../../core/target.js';
import type { Disk } from '../../line/disk.js';
import { readRaw } from '../../line/foreign-reader.js';
import { Layout as Comparison } from '../../line/layout.js';
import { credential, identify } from '../../workload/values.js';
import { describe } from '../calls/evidence.js';
import type { Layout } from '../protocol/protocol.js';
import { probeKey } from '../schedule/program.js';

const nullForAbsent = 'get() returned null for a key that is absent, expected undefined';

/** Sets, replaces and removes an entry, alone, and looks at the file right after each change. */
export async function layoutOf(
  store: Store,
  file: string,
  { read }: TargetModule,
  disk: Pick<Disk, 'readFileSync'>,
): Promise<Layout> {
  const look = () => readRaw(file, read, disk);
  const reads = read ? ({ reads: true } as const) : {};
  const layout = new Comparison(look, seedsIn(readRaw(file, undefined, disk)));
  try {
    if ((await store.get(probeKey)) === null) return { obstacle: nullForAbsent, ...reads };
    for (const id of ['probe.0.0', 'probe.0.1']) {
      await store.set(probeKey, credential(id));
      layout.changed(probeKey, credential(id));
    }
    const isKept = isDeepStrictEqual(await store.get(probeKey), credential('probe.0.1'));
    if (!isKept) return { noStore: 'get() does not return what set() has stored', ...reads };
    layout.same(await store.all());
    await store.remove(probeKey);
    layout.changed(probeKey, undefined);
    const left = await store.get(probeKey);
    if (left === null) return { obstacle: nullForAbsent, ...reads };
    if (left !== undefined) return { noStore: 'get() returns what remove() has removed', ...reads };
    // It stays, for what is left beside the file then.
    await store.set(probeKey, credential('probe.0.2'));
    return { ...layout.sighted(), ...reads };
  } catch (error) {
    return { noStore: `it failed: ${describe(error)}`, ...reads };
  }
}

/** The entries that were put there before the target was opened, whichever the program needs. */
function seedsIn(before: ReturnType<typeof readRaw>): Map<string, unknown> {
  const entries = typeof before === 'object' ? Object.entries(before) : [];
  return new Map(entries.filter(([, value]) => identify(value).startsWith('seed.')));
}
