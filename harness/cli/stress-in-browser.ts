import type * as Harness from '../index.js';
import { showAddress } from './browser.js';

/** Runs it, and shows its page in a browser while it goes on. */
export async function stressInBrowser(
  options: Harness.StressOptions,
  onProgress: (progress: Harness.Progress) => void,
): Promise<Harness.Report & { out: string }> {
  const { LiveRun, stress } = await import('../index.js');
  const live = await LiveRun.start();
  let done: (Harness.Report & { out: string }) | undefined;
  try {
    await showAddress(live.address, process.stderr);
    done = await stress({
      ...options,
      onProgress: (progress) => {
        onProgress(progress);
        live.add(progress);
      },
    });
    return done;
  } finally {
    if (done === undefined) await live.abandon();
    else await live.finish(done, done.out);
  }
}
