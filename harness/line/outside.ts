import { lstatSync } from 'node:fs';
import path from 'node:path';

/**
 * Where a program might keep its file if it did not go by HOME: in the home of the user, in the directory where the user is, or
 * in one of the system. yarn, run by root, does.
 * @param relative the file, relative to a home
 */
export function placesOutside(relative: string, realHome: string, here: string): string[] {
  const base = path.basename(relative);
  const configured = relative.replace(/^\.config\//, '');
  const places = [
    path.join(realHome, relative),
    path.join(realHome, base),
    path.join(realHome, '.config', configured),
    path.join(here, base),
    ...['/etc', '/usr/etc', '/usr/local/etc', '/usr/local/share', '/usr/share', '/usr/local', '/'].flatMap(
      (one) => [path.join(one, base), path.join(one, configured)],
    ),
  ];
  return [...new Set(places)];
}

/** What each is, without opening it: no file of the user's is read. */
export function lookOutside(places: readonly string[]): Record<string, string> {
  return Object.fromEntries(places.map((place) => [place, lookAt(place)]));
}

/** Those that are not what they were. */
export function changedOutside(before: Readonly<Record<string, string>>): string[] {
  return Object.entries(before).flatMap(([place, was]) => (lookAt(place) === was ? [] : [place]));
}

function lookAt(place: string): string {
  try {
    const stats = lstatSync(place, { bigint: true, throwIfNoEntry: false });
    return stats ? `${stats.dev}.${stats.ino} ${stats.size} ${stats.mtimeNs}` : 'missing';
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
