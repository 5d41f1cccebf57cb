import { readdirSync, readFileSync } from 'node:fs';

/** The processes that a process has started and that are there, as far as the kernel names them. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    // It is gone, or this system has no such list.
    return [];
  }
}
