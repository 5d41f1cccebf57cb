import type { Report } from '../../core/report.js';
import { assemble } from './assemble.js';
import { stressPage } from './make/stress.js';

/**
 * Returns a run as one page that needs nothing else and loads nothing. Its size does not depend on how long the run was: the whole of it is
 * sampled, and what is around a violation is exact.
 *
 * @param out the directory of the report, with its history and findings; what is not there is not in the page
 */
export async function toPage(report: Report, out: string): Promise<string> {
  return assemble(await stressPage(report, out));
}
