import { errnoOf, unknownOutcome } from '../../../errors/store-error.js';
import type { Site } from '../disk/site.js';
import { syncDirectory } from '../disk/stage.js';

/** Makes the renames in the file's directory durable. @throws StoreError `E_UNKNOWN` where that failed */
export async function durable({ file, directory }: Site): Promise<void> {
  try {
    await syncDirectory(directory);
  } catch (cause) {
    throw unknownOutcome(
      file,
      `a change of ${file} may not be durable: ${errnoOf(cause) ?? String(cause)}`,
      cause,
    );
  }
}
