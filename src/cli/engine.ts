import type { EngineFinding } from '../etcd/finding.js';
import { schemeOf } from '../store/backend/engines.js';
import { UsageError } from './usage-error.js';

/** The help text of `--store`, for every command that has it. */
export const storeHelp =
  'the address of an engine, like etcd://10.0.0.11:2379/team-a; default: $HOLDFAST_STORE';

export const storeVariable = 'HOLDFAST_STORE';

/** What names a place: a file, or the address of an engine. */
export interface PlaceFlags {
  file?: string;
  store?: string;
}

/**
 * Returns the address that `--store` gives, or HOLDFAST_STORE where neither option is given: `--file` wins over the variable.
 * @returns undefined where the place is a file
 * @throws UsageError for both options, and for what is no address
 */
export function addressOf({ file, store }: PlaceFlags): string | undefined {
  if (file !== undefined && store !== undefined)
    throw new UsageError('--file and --store exclude each other', 'give one of them');
  const [given, from] =
    store === undefined ? [process.env[storeVariable], storeVariable] : [store, '--store'];
  if (file !== undefined || given === undefined || (given === '' && store === undefined)) return undefined;
  // Nothing of it is repeated: a password may stand in it.
  if (schemeOf(given) === undefined)
    throw new UsageError(
      `${from} is not the address of an engine`,
      'expected one like etcd://HOST:2379/PREFIX; a file is given by --file',
    );
  return given;
}

/** For a command that works on a file alone, whatever store the others use. @throws UsageError where HOLDFAST_STORE is set */
export function refuseStore(flags: PlaceFlags): void {
  if (addressOf(flags) === undefined) return;
  throw new UsageError(
    `this command works on a file, and ${storeVariable} names another store`,
    'give --file, or unset the variable; nothing was changed',
  );
}

/** What commands do with an engine beside its store. */
interface OnEngine {
  inspectAt(address: string): Promise<EngineFinding[]>;
  /** @returns how many values were sealed anew */
  resealAt(address: string): Promise<number>;
}

/** By the schemes of their addresses. A command on a file loads none of them. */
const engines = new Map<string, () => Promise<OnEngine>>([
  ['etcd', () => import('./on-etcd.js')],
  ['postgres', () => import('./on-postgres.js')],
  ['postgresql', () => import('./on-postgres.js')],
]);

/** Makes the address one that can be opened. */
export async function loadEngine(place: string): Promise<void> {
  await engines.get(schemeOf(place) ?? '')?.();
}

/** @throws UsageError for the address of an engine that is not known */
export async function onEngine(address: string): Promise<OnEngine> {
  const load = engines.get(schemeOf(address) ?? '');
  if (load) return load();
  throw new UsageError(
    'no engine has an address like that',
    'expected one like etcd://HOST:2379/PREFIX, or postgres://HOST:5432/DATABASE/PREFIX',
  );
}
