import { statSync } from 'node:fs';
import { UsageError } from '../../src/cli/usage-error.js';
import type { ModelReport } from '../core/model-report.js';
import type { JudgedRun } from '../core/report.js';
import { detectFormat, type Format } from '../formats/detect.js';
import { checkCredentials } from './check-credentials.js';
import { checkLog } from './check-log.js';
import { checkRegisters } from './check-registers.js';
import { FindingsFile } from './findings-file.js';

/** The formats of histories that `check` reads. */
export const formats = ['holdfast', 'jepsen', 'maelstrom'] as const satisfies readonly Format[];
/** The models that a history can be judged by. */
export const modelNames = ['credentials', 'register', 'cas-register', 'kv'] as const;
export type { Format };
export type ModelName = (typeof modelNames)[number];

/** How a history file is read and judged. */
export interface CheckOptions {
  /** Default: what the file looks like. */
  format?: Format;
  /** Default: `credentials` of a history of ours; of others the one that has their operations. */
  model?: ModelName;
  /** Where all violations are written, a line each. Of one history of ours, by all guarantees. */
  findings?: string;
}

/** The models that a format can be read for. */
const modelsOf = {
  holdfast: ['credentials', 'register'],
  jepsen: ['cas-register', 'register'],
  maelstrom: ['kv', 'cas-register', 'register'],
} as const satisfies Readonly<Record<Format, readonly ModelName[]>>;

/**
 * Judges one history file: the runs of a `holdfast` history by all guarantees of a store, anything else by one model. A file
 * without an operation has the verdict `none`.
 * @throws UsageError naming what can't be read, or if the format has nothing that the model is about
 */
export async function checkFile(
  file: string,
  { format: given, model, findings }: CheckOptions,
): Promise<(JudgedRun | ModelReport)[]> {
  expectFile(file);
  if (given !== undefined) expectModel(given, model);
  const format = given ?? (await detectFormat(file));
  expectModel(format, model);
  if (findings !== undefined && (format !== 'holdfast' || model === 'register')) {
    throw new UsageError(
      `${file} is judged by a model, which has no findings of a store`,
      'leave out --findings: the calls that have no order are in the report',
    );
  }
  if (format !== 'holdfast')
    return [await checkLog(file, format, model as Exclude<ModelName, 'credentials'>)];
  return model === 'register' ? [await checkRegisters(file)] : credentials(file, findings);
}

function credentials(file: string, findings: string | undefined): Promise<(JudgedRun | ModelReport)[]> {
  if (findings === undefined) return checkCredentials(file);
  return FindingsFile.into(findings, (onRun) => checkCredentials(file, onRun));
}

/** @throws UsageError if that format has nothing that the model is about */
export function expectModel(format: Format, model: ModelName | undefined): void {
  const models: readonly ModelName[] | undefined = modelsOf[format];
  if (models === undefined) {
    throw new UsageError(`unknown format "${format}"`, `expected one of: ${formats.join(', ')}`);
  }
  if (model === undefined || models.includes(model)) return;
  throw new UsageError(
    `a history in the format ${format} can't be judged as ${model}`,
    `expected one of: ${models.join(', ')}`,
  );
}

function expectFile(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined)
    throw new UsageError(`no history at ${file}`, 'expected the history.jsonl of a run');
  if (stats.isDirectory()) {
    throw new UsageError(`${file} is a directory`, `expected a history file, like ${file}/history.jsonl`);
  }
}
