import { isTorn, outcomeOfError } from '../../core/outcome.js';
import { whyNoStore } from '../../core/store-shape.js';
import type { Store, TargetModule } from '../../core/target.js';
import type { Disk } from '../../line/disk.js';
import { readEntries } from '../../line/foreign-reader.js';
import { seedValue } from '../../line/seeds.js';
import { credential, identify, identifyAll } from '../../workload/values.js';
import { describe } from '../calls/evidence.js';
import type { ClientEvent, ClientSetup, Grant, Operation } from '../protocol/protocol.js';
import { layoutOf } from './layout.js';
import { Provider, useCredential } from './provider.js';

type Emit = (event: ClientEvent) => void;
/** The functions of its process's `fs` that the client itself needs. */
type OwnDisk = Pick<Disk, 'readFileSync' | 'mkdirSync'>;

/** A client's life in one execution: opens the target, performs its operations, closes it. @param disk of its process */
export async function runProgram(
  { client, file, operations }: Extract<Grant, { type: 'begin' }>,
  { options }: ClientSetup,
  load: () => TargetModule,
  emit: Emit,
  disk: OwnDisk,
): Promise<void> {
  const isAlone = operations.some(({ action }) => action === 'layout');
  const loaded = isAlone ? loadAlone(load) : { target: load() };
  if (!loaded.target) return emit({ type: 'layout', ...loaded });
  const { target } = loaded;
  const opened = await (isAlone ? openAlone(target, file, options) : target.open(file, options));
  if (typeof opened === 'string') return emit({ type: 'layout', obstacle: opened });
  const store = opened;
  emit({ type: 'opened', artifacts: (target.artifacts ?? []).map(({ source }) => source) });
  let count = 0;
  for (const operation of operations) {
    if (operation.action === 'look') scan(file, target, emit, disk);
    else if (operation.action === 'layout')
      emit({ type: 'layout', ...(await layoutOf(store, file, target, disk)) });
    else if (operation.action === 'seed')
      await store.set(operation.key ?? '', seedValue(operation.value ?? ''));
    else
      await perform(
        { store, file, emit, disk },
        { ...operation, action: operation.action },
        `${client}.0.${count++}`,
      );
  }
  await store.close?.();
}

function loadAlone(
  load: () => TargetModule,
): { target: TargetModule } | { target?: undefined; unloadable: string } {
  try {
    return { target: load() };
  } catch (error) {
    return { unloadable: describe(error) };
  }
}

/**
 * A module that opens no store, even alone, breaks no guarantee of one: the report says what is missing.
 * @returns the store, or why there is none
 */
async function openAlone(
  target: Partial<TargetModule>,
  file: string,
  options: ClientSetup['options'],
): Promise<Store | string> {
  if (typeof target.open !== 'function')
    return `the target has no function "open"; it exports ${Object.keys(target).join(', ') || 'nothing'}; expected: export function open(file) { return store }`;
  let store: Store;
  try {
    store = await target.open(file, options);
  } catch (error) {
    return `its open() failed: ${describe(error)}`;
  }
  return whyNoStore(store) ?? store;
}

/** A foreign reader's look. */
function scan(file: string, { read }: TargetModule, emit: Emit, disk: OwnDisk): void {
  const found = readEntries(file, 'credentials', read, disk);
  emit({ type: 'look', broken: typeof found === 'string' ? found : null });
}

type Recorded = Operation & { action: Exclude<Operation['action'], 'look' | 'layout' | 'seed'> };

interface Scene {
  store: Store;
  file: string;
  emit: Emit;
  disk: OwnDisk;
}

async function perform(scene: Scene, operation: Recorded, op: string): Promise<void> {
  const { emit } = scene;
  const { action, key } = operation;
  // In a history it is a change like any other.
  const recorded = action === 'update' ? 'set' : action;
  emit({ type: 'invoke', op, action: recorded, ...(key === undefined ? {} : { key }) });
  try {
    const result = await apply(scene, operation, op);
    emit({ type: 'ok', op, ...(result === undefined ? {} : { result }) });
  } catch (error) {
    const torn = isTorn(error) ? ({ torn: true } as const) : {};
    emit({ type: outcomeOfError(recorded, error), op, error: describe(error), ...torn });
  }
}

async function apply({ store, file, emit, disk }: Scene, { action, key = '' }: Recorded, op: string) {
  switch (action) {
    case 'get': {
      const value = await store.get(key);
      return value === undefined ? null : identify(value);
    }
    case 'all':
      return identifyAll(await store.all());
    case 'set':
      return void (await store.set(key, credential(op)));
    case 'update':
      if (!store.update) throw new Error('the target has no update()');
      return void (await store.update(key, () => credential(op)));
    case 'remove':
      return void (await store.remove(key));
    case 'refresh':
      return identify(await useCredential(store, key, op, new Provider(file, emit, disk)));
  }
}
