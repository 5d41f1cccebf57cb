import { readLines } from '../history/lines.js';
import type { FindingLine } from './verdict.js';

/** What was found in a history, one by one, however much it is. @param run leaves out the findings of other runs */
export async function* readFindings(file: string, run?: number): AsyncGenerator<FindingLine> {
  const isOfRun = run === undefined ? '' : `"run":${run}`;
  for await (const { line, isCut } of readLines(file)) {
    if (line === '' || !line.includes(isOfRun)) continue;
    const finding = parse(line, isCut);
    if (finding !== undefined && (run === undefined || finding.run === run)) yield finding;
  }
}

function parse(line: string, isCut: boolean): FindingLine | undefined {
  try {
    return JSON.parse(line);
  } catch (error) {
    // A last line that was cut, as a writer that was killed leaves it.
    if (isCut) return undefined;
    throw error;
  }
}
