import { mkdirSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { ExploredFailure } from '../evidence/exploration.js';
import { exploreToHtml } from './html.js';
import type { ExploreReport } from './report.js';

/**
 * Writes `report.json` and `report.html`.
 * @param replayCommand of a failure, the command that runs it again
 * @param name of both, without what comes behind the dot
 */
export async function writeExploreReport(
  report: ExploreReport,
  out: string,
  replayCommand: (failure: ExploredFailure) => string,
  name = 'report',
): Promise<void> {
  mkdirSync(out, { recursive: true });
  await writeFileAtomic(path.join(out, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  await writeFileAtomic(path.join(out, `${name}.html`), exploreToHtml(report, replayCommand));
}
