import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { FinalEvent, ValueId } from '../core/history.js';
import type { TargetModule } from '../core/target.js';
import { listCanary } from '../stress/canary.js';
import { readEntries } from '../stress/foreign-reader.js';
import { readLinks } from '../stress/sandbox.js';
import type { Worker } from '../stress/worker.js';

/** What is there when all have ended. @param known entries that only the target can name */
export function finalState(
  worker: Worker,
  target: Partial<TargetModule>,
  known: Record<string, ValueId> = {},
): FinalEvent {
  const { file, real, links, sandbox, subject, canary } = worker.config;
  const found = readEntries(file, subject);
  const isBroken = typeof found === 'string';
  return {
    type: 'final',
    time: worker.now(),
    broken: isBroken ? found : null,
    entries: isBroken ? {} : { ...found, ...known },
    leftovers: [...leftovers(real, target), ...links.flatMap(strangersBeside)],
    ...(links.length > 0 ? { links: readLinks(links, sandbox) } : {}),
    ...(canary === undefined ? {} : { canary: listCanary(canary) }),
  };
}

/** All that a store needs belongs beside the file itself. Where only a link is, there is nothing else. */
function strangersBeside(link: string): string[] {
  return readdirSync(path.dirname(link)).filter((name) => name !== path.basename(link));
}

/** Everything beside the file but what the target calls its own; a directory of its own must be empty. */
function leftovers(file: string, { artifacts = [] }: Partial<TargetModule>): string[] {
  return readdirSync(path.dirname(file), { withFileTypes: true }).flatMap((found) => {
    if (found.name === path.basename(file)) return [];
    const isOwn = artifacts.some((artifact) => artifact.test(found.name));
    if (!isOwn) return [found.name];
    return found.isDirectory() ? readdirSync(path.join(found.parentPath, found.name)) : [];
  });
}
