import { appendFileSync, statSync } from 'node:fs';
import type { ComparedReport } from '../index.js';

/** GitHub takes no more of a step's summary, and shows nothing of one that is longer. */
const summaryMax = 1_048_576;

/**
 * Under GitHub Actions: annotations on standard error, which the runner reads as it does standard output, so that a report there
 * stays what it is; and the summary of the job. Elsewhere nothing.
 */
export async function reportToGithub(
  report: ComparedReport,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  if (env.GITHUB_ACTIONS !== 'true') return;
  const { toGithubAnnotations, toMarkdown } = await import('../index.js');
  for (const line of toGithubAnnotations(report)) process.stderr.write(`${line}\n`);
  const file = env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  const left = summaryMax - (statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  appendFileSync(file, cutToLines(`${toMarkdown(report)}\n`, left));
}

const rest = '\n...: the rest is in summary.md\n';

/** As many whole lines as there are bytes for. */
function cutToLines(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  const kept = bytes.subarray(0, Math.max(0, bytesMax - rest.length)).toString();
  return kept.slice(0, kept.lastIndexOf('\n') + 1) + rest.slice(kept === '' ? rest.length : 0);
}
