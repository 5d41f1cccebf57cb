import type { Version } from '../backend/claims.js';
import type { Site } from './disk/site.js';

/** The name of the directory of claims, beside the file. */
export function directoryNameOf(site: Site): string {
  return site.nameOf('refresh');
}

/** `<key>-<value>-<attempt>` */
export function nameOf({ key, value }: Version, attempt: number): string {
  return `${key}-${value}-${attempt}`;
}

/** The numbers of the attempts to refresh a version. */
export function attemptsIn(names: readonly string[], version: Version): number[] {
  const prefix = nameOf(version, 0).slice(0, -1);
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((rest) => /^\d+$/.test(rest))
    .map(Number);
}

/** A claim on another version of the same credential. */
export function isOther(name: string, { key, value }: Version): boolean {
  return name.startsWith(`${key}-`) && /-\d+$/.test(name) && !name.startsWith(`${key}-${value}-`);
}
