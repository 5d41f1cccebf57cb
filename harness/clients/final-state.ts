import path from 'node:path';
import { defined } from '../core/defined.js';
import type { TargetModule } from '../core/target.js';
import type { FinalEvent, ValueId } from '../history/events.js';
import { leftoversBeside } from '../line/beside.js';
import { listCanary } from '../line/canary.js';
import { changedOutside } from '../line/outside.js';
import { readLinks } from '../line/sandbox.js';
import type { Worker } from '../line/worker.js';

/** What is there when all have ended. @param found the entries, or why they could not be read */
export function finalState(
  worker: Worker,
  { artifacts = [] }: Partial<TargetModule>,
  found: Record<string, ValueId> | string,
): FinalEvent {
  const { real, links, sandbox, canary, own, outside } = worker.config;
  const isBroken = typeof found === 'string';
  // A target that names its files has said that they are beside the file itself: where only a link is, there are none.
  const besideLinks = { artifacts: [], patterns: artifacts.length > 0 ? [] : own };
  const nameOf = (link: string) => (name: string) =>
    path.dirname(link) === path.dirname(real)
      ? name
      : path.join('..', path.basename(path.dirname(link)), name);
  return {
    type: 'final',
    time: worker.now(),
    broken: isBroken ? found : null,
    entries: isBroken ? {} : found,
    leftovers: [
      ...leftoversBeside(real, { artifacts, patterns: own }),
      ...links.flatMap((link) => leftoversBeside(link, besideLinks).map(nameOf(link))),
    ],
    ...defined({
      links: links.length > 0 ? readLinks(links, sandbox) : undefined,
      canary: canary === undefined ? undefined : listCanary(canary),
      outside: outside && { looked: Object.keys(outside), changed: changedOutside(outside) },
    }),
  };
}
