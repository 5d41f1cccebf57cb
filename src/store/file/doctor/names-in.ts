import { readdirSync } from 'node:fs';

/** Lists a directory for display. One that can't be listed has nothing to show. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
