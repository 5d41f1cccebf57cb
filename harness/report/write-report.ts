import { lstatSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { Report } from '../core/report.js';
import { toMarkdown } from './markdown.js';
import { toPage } from './page/to-page.js';

/** Writes `report.json`, `report.html` and `summary.md` beside the history, and points `reports/latest` at the run if it is in `reports`. */
export async function writeReport(report: Report, out: string): Promise<void> {
  await writeFileAtomic(path.join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFileAtomic(path.join(out, 'report.html'), await toPage(report, out));
  await writeFileAtomic(path.join(out, 'summary.md'), `${toMarkdown(report)}\n`);
  if (path.basename(path.dirname(out)) === 'reports') pointLatestAt(out);
}

function pointLatestAt(out: string): void {
  const latest = path.join(path.dirname(out), 'latest');
  // A user's own file or directory of that name stays.
  if (lstatSync(latest, { throwIfNoEntry: false })?.isSymbolicLink() === false) return;
  const fresh = `${latest}.${process.pid}`;
  rmSync(fresh, { force: true });
  symlinkSync(path.basename(out), fresh);
  renameSync(fresh, latest);
}
