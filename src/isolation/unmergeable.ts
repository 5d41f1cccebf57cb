import { StoreError } from '../errors/store-error.js';

/** Where the changes of two programs make no text together, such as a key and a table of one name. */
export function unmergeable(format: string): StoreError {
  return new StoreError('E_INPUT', `the changes of two programs make no ${format} together`, {
    definite: true,
    hint: 'Nothing was written. Run the command again',
  });
}
