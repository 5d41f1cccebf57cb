import { lstatSync, readdirSync, watch } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileWatch } from '../line/file-watch.js';
import { runClient, type Worker } from '../line/worker.js';
import { loadTarget } from '../targets/index.js';

/**
 * Looks at the mode of every file right after the kernel announces it, and of all files once a millisecond.
 * A loose mode shows if it lasts until this process gets its turn: one that a file has while it is written and fsynced,
 * or that it keeps, does; one that is tightened by the very next call, some microseconds later, shows only by luck.
 */
class ModeWatch {
  private readonly directories: ReadonlySet<string>;
  private readonly reported = new Set<string>();

  constructor(private readonly worker: Worker) {
    const { file, real, links } = worker.config;
    this.directories = new Set([file, real, ...links].map((name) => path.dirname(name)));
    for (const directory of this.directories) {
      const watcher = watch(directory, (_, name) => {
        if (name !== null) this.lookAt(path.join(directory, name));
      });
      // The kernel serves only so many watches; the looks once a millisecond go on.
      watcher.on('error', () => watcher.close());
    }
  }

  look(): void {
    for (const directory of this.directories)
      for (const name of readdirSync(directory)) this.lookAt(path.join(directory, name));
  }

  private lookAt(file: string): void {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (!stats || stats.isSymbolicLink() || (stats.mode & 0o077) === 0) return;
    const name = path.basename(file);
    const mode = (stats.mode & 0o777).toString(8);
    if (this.reported.has(`${name} ${mode}`)) return;
    this.reported.add(`${name} ${mode}`);
    this.worker.send({ type: 'mode', time: this.worker.now(), name, mode });
  }
}

/**
 * A foreign reader that knows nothing of the store: opens the file all the while, as status bars and scripts
 * do, and writes down each content it meets. From that come the torn files and the names of those who erased. Where the file
 * is no evidence, it looks at the modes only.
 */
await runClient('file', async (worker) => {
  const { evidence, target, file: path, subject } = worker.config;
  const file =
    evidence.of === 'store'
      ? undefined
      : new FileWatch({
          file: path,
          subject,
          read: evidence.of === 'read' ? (await loadTarget(target)).read : undefined,
          now: () => worker.now(),
          onSight: (event, seenBefore) => worker.send({ type: 'sight', event, seenBefore }),
        });
  // A program of others has promised nothing about its modes.
  const modes = target.program?.isPrivate === false ? undefined : new ModeWatch(worker);
  await worker.ready();
  while (!worker.stopping.aborted) {
    file?.look();
    modes?.look();
    await sleep(1);
  }
  if (file) worker.send({ type: 'looked', ...file.end });
});
