import type { JudgedRun, ModelReport } from '../core/report.js';
import { UsageError } from '../core/usage-error.js';
import { judgeHistory } from '../stress/judge-history.js';
import { checkLog } from './check-log.js';
import { checkRegisters } from './check-registers.js';

export const formats = ['holdfast', 'jepsen', 'maelstrom'] as const;
export const modelNames = ['credentials', 'register', 'cas-register', 'kv'] as const;
export type Format = (typeof formats)[number];
export type ModelName = (typeof modelNames)[number];

export interface CheckOptions {
  /** Default `holdfast`. */
  format?: Format;
  /** Default: what histories of that format are mostly of. */
  model?: ModelName;
}

/** The models that a format can be read for, the default first. */
const modelsOf: Readonly<Record<Format, readonly ModelName[]>> = {
  holdfast: ['credentials', 'register'],
  jepsen: ['cas-register', 'register'],
  maelstrom: ['kv', 'cas-register', 'register'],
};

/** @throws UsageError if that format has nothing that the model is about */
export function fillCheckOptions({ format = 'holdfast', model }: CheckOptions): Required<CheckOptions> {
  const models = modelsOf[format];
  const [usual] = models;
  if (usual === undefined)
    throw new UsageError(`unknown format "${format}"`, `expected one of: ${formats.join(', ')}`);
  if (model !== undefined && !models.includes(model)) {
    throw new UsageError(
      `a history in the format ${format} can't be judged as ${model}`,
      `expected one of: ${models.join(', ')}`,
    );
  }
  return { format, model: model ?? usual };
}

/**
 * Judges one history file: the runs of a `holdfast` history by all guarantees of a store, anything else by one model.
 * @throws UsageError naming what can't be read
 */
export async function checkFile(
  file: string,
  { format, model }: Required<CheckOptions>,
): Promise<(JudgedRun | ModelReport)[]> {
  if (model === 'credentials') return judgeHistory(file);
  if (format === 'holdfast') return [await checkRegisters(file)];
  return [await checkLog(file, format, model)];
}
