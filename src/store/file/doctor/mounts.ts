import { readFileSync, statfsSync } from 'node:fs';
import path from 'node:path';

/** The file system that a file is on. */
export interface FileSystem {
  /** Its type, such as `ext4`. Undefined where that is not known. */
  type: string | undefined;
  /** The file itself is a mount point: nothing can be renamed onto it. */
  isMountPoint: boolean;
  freeBytes: number | undefined;
}

export function fileSystemOf(file: string): FileSystem {
  const mounts = readMounts();
  const holds = ({ point }: Mount) => file === point || file.startsWith(point === '/' ? '/' : `${point}/`);
  // The longest mount point above the file. If two have the same, the later one hides the earlier.
  const mount = mounts
    .filter(holds)
    .reduce<Mount | undefined>(
      (best, next) => (next.point.length >= (best?.point.length ?? 0) ? next : best),
      undefined,
    );
  return {
    type: mount?.type,
    isMountPoint: mounts.some(({ point }) => point === file),
    freeBytes: freeBytes(path.dirname(file)),
  };
}

interface Mount {
  point: string;
  type: string;
}

/** `36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/root rw`, with spaces and the like as `\040`. */
function readMounts(): Mount[] {
  let text: string;
  try {
    text = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    // Only Linux has this file.
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const point = before.split(' ')[4];
    const type = after.split(' ')[0];
    if (!point || !type) return [];
    return [
      {
        point: point.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))),
        type,
      },
    ];
  });
}

/** The free space of the directory, or of the nearest one above it that exists. */
function freeBytes(directory: string): number | undefined {
  for (let at = directory; ; at = path.dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at);
      return bavail * bsize;
    } catch {
      if (path.dirname(at) === at) return undefined;
    }
  }
}
