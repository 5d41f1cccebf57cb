import path from 'node:path';
import type { Disk } from '../../line/disk.js';

/** Files below a directory that others than their owner may open: what is in a private directory can't be reached. */
export function looseIn(directory: string, disk: Disk): { name: string; mode: string }[] {
  return disk.readdirSync(directory).flatMap((name) => {
    const place = path.join(directory, name);
    const stats = disk.lstatSync(place);
    if (stats.isSymbolicLink() || (stats.mode & 0o077) === 0) return [];
    const own = { name, mode: (stats.mode & 0o777).toString(8) };
    return stats.isDirectory() ? [own, ...looseIn(place, disk)] : [own];
  });
}
