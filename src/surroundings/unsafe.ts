import { StoreError } from '../errors/store-error.js';

/** Nothing was read or written, because another user could replace the file, or take what would be written. */
export function unsafe(file: string, why: string, todo: string): StoreError {
  return new StoreError('E_UNSAFE', `${file} is not safe to use: ${why}`, {
    definite: true,
    file,
    hint: `Nothing was read or written. ${todo}`,
  });
}
