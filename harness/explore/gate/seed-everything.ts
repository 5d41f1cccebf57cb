import crypto from 'node:crypto';
import type { Randomness } from '../calls/randomness.js';

/** Replaces all that draws numbers. @param later runs a callback in a later turn of the event loop */
export function seedEverything(randomness: Randomness, later: (callback: () => void) => void): void {
  Math.random = () => randomness.fraction();
  const functions = randomness.functions(later);
  Object.assign(crypto, functions);
  Object.defineProperties(crypto.webcrypto, {
    randomUUID: { value: functions.randomUUID, configurable: true, writable: true },
    getRandomValues: { value: functions.randomFillSync, configurable: true, writable: true },
  });
}
