import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ModelReport } from '../core/model-report.js';
import { type CheckOptions, checkFile } from './check-file.js';

const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-check-'));
let files = 0;

/** Writes a text to a file of its own. */
export function fileOf(text: string): string {
  files++;
  const file = path.join(directory, `${files}.log`);
  writeFileSync(file, text);
  return file;
}

/** What the judge of one file says of a text. */
export async function checkText(text: string, options: CheckOptions = {}): Promise<ModelReport> {
  const [report] = await checkFile(fileOf(text), options);
  return report as ModelReport;
}
