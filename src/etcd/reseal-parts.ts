import { StoreError, withoutHint } from '../errors/store-error.js';

/**
 * Seals the parts of a store anew, one after the other.
 * @param resealPart calls `onSealed` for each value that it has sealed
 * @param failed the error of a part, for the caller, where so many values were sealed before
 * @returns how many values were sealed
 */
export async function resealParts<Part>(
  parts: readonly Part[],
  resealPart: (part: Part, onSealed: () => void) => Promise<void>,
  failed: (part: Part, count: number, error: unknown) => StoreError,
): Promise<number> {
  let count = 0;
  for (const part of parts) {
    try {
      await resealPart(part, () => count++);
    } catch (error) {
      throw failed(part, count, error);
    }
  }
  return count;
}

/** Some values may be sealed anew and others not, which is no harm: both keys open them. */
export function partlySealed(known: StoreError, place: string, count: number): StoreError {
  return new StoreError('E_UNKNOWN', `${withoutHint(known)}; ${count} values were sealed anew before`, {
    definite: false,
    file: place,
    hint: 'Call it again: it leaves alone what is sealed by the first key',
  });
}
