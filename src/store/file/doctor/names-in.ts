import { readdirSync } from 'node:fs';

/** Of a directory that is looked at and not needed: what can't be listed has nothing to show. */
export function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
