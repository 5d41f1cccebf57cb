import { readFileSync } from 'node:fs';

/** Names the run that isolates a file, for runs within it: the kernel takes no second listener. */
export const variable = 'HOLDFAST_ISOLATED';

/** Ancestors above that are not looked for. */
const depthMax = 64;

/** @returns what the variable is for all that is run within this process, which isolates the file */
export function nameOf(file: string): string {
  return `${process.pid}:${lineageOf(process.pid)?.born}:${file}`;
}

/**
 * Which file does a run isolate in which this process is? A variable proves nothing: it can be left over from a run that has
 * ended, or be set by hand. So it counts only while the run that it names is alive, and is an ancestor of this process.
 */
export function outerFile(value = process.env[variable]): string | undefined {
  const [, id, born, file] = /^(\d+):(\d+):(.+)$/s.exec(value ?? '') ?? [];
  if (file === undefined) return undefined;
  let above = lineageOf(process.pid)?.parent ?? 0;
  for (let depth = 0; depth < depthMax && above > 0; depth++) {
    const one = lineageOf(above);
    if (`${above}` === id) return one?.born === born ? file : undefined;
    above = one?.parent ?? 0;
  }
  return undefined;
}

/** The parent of a process, and when it was born: its number may be used again. */
function lineageOf(pid: number): { parent: number; born: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Its name is in parentheses, and may have some in it.
    const [, parent = '0', ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(parent), born: rest[17] ?? '' };
  } catch {
    return undefined;
  }
}
