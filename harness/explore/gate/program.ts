import { isTorn, outcomeOfError } from '../../core/outcome.js';
import type { Store, TargetModule } from '../../core/target.js';
import { readEntries } from '../../line/foreign-reader.js';
import { credential, identify, identifyAll } from '../../workload/values.js';
import type { ClientEvent, ClientSetup, Grant, Operation } from '../process/protocol.js';
import { seedValue } from '../schedule/program.js';
import { describe } from './evidence.js';
import { layoutOf } from './layout.js';
import { Provider, useCredential } from './provider.js';

type Emit = (event: ClientEvent) => void;

/** A client's life in one execution: opens the target, performs its operations, closes it. */
export async function runProgram(
  { client, file, operations }: Extract<Grant, { type: 'begin' }>,
  { options }: ClientSetup,
  target: TargetModule,
  emit: Emit,
): Promise<void> {
  const store = await target.open(file, options);
  emit({ type: 'opened', artifacts: (target.artifacts ?? []).map(({ source }) => source) });
  let count = 0;
  for (const operation of operations) {
    if (operation.action === 'look') look(file, target, emit);
    else if (operation.action === 'layout')
      emit({ type: 'layout', ...(await layoutOf(store, file, target)) });
    else if (operation.action === 'seed')
      await store.set(operation.key ?? '', seedValue(operation.value ?? ''));
    else
      await perform(
        { store, file, emit },
        { ...operation, action: operation.action },
        `${client}.0.${count++}`,
      );
  }
  await store.close?.();
}

/** A foreign reader's look. */
function look(file: string, { read }: TargetModule, emit: Emit): void {
  const found = readEntries(file, 'credentials', read);
  emit({ type: 'look', broken: typeof found === 'string' ? found : null });
}

type Recorded = Operation & { action: Exclude<Operation['action'], 'look' | 'layout' | 'seed'> };

interface Scene {
  store: Store;
  file: string;
  emit: Emit;
}

async function perform(scene: Scene, operation: Recorded, op: string): Promise<void> {
  const { emit } = scene;
  const { action, key } = operation;
  emit({ type: 'invoke', op, action, ...(key === undefined ? {} : { key }) });
  try {
    const result = await apply(scene, operation, op);
    emit({ type: 'ok', op, ...(result === undefined ? {} : { result }) });
  } catch (error) {
    const torn = isTorn(error) ? ({ torn: true } as const) : {};
    emit({ type: outcomeOfError(action, error), op, error: describe(error), ...torn });
  }
}

async function apply({ store, file, emit }: Scene, { action, key = '' }: Recorded, op: string) {
  switch (action) {
    case 'get': {
      const value = await store.get(key);
      return value === undefined ? null : identify(value);
    }
    case 'all':
      return identifyAll(await store.all());
    case 'set':
      return void (await store.set(key, credential(op)));
    case 'remove':
      return void (await store.remove(key));
    case 'refresh':
      return identify(await useCredential(store, key, op, new Provider(file, emit)));
  }
}
