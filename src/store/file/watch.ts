import { watchFile as pollFile, unwatchFile } from 'node:fs';

const everyMs = 100;

/** Calls the listener after the file may have changed. @returns a function that ends it */
export function watchFile(file: string, listener: () => void): () => void {
  pollFile(file, { interval: everyMs, persistent: false }, listener);
  return () => unwatchFile(file, listener);
}
