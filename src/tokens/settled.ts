import { StoreError } from '../errors/store-error.js';

/**
 * Fails as the call does. That a token is gone, or has expired, is told only once every verifier goes by it: the call that has ended the
 * token may have failed with `E_UNKNOWN`, and waited for nobody, and this one may be its retry.
 */
export async function settledWhereOver<T>(
  settle: (since: number) => Promise<void>,
  call: () => T | Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const isOver = error instanceof StoreError && (error.code === 'E_NOT_FOUND' || error.code === 'E_INPUT');
    if (isOver) await settle(performance.now());
    throw error;
  }
}
