import path from 'node:path';
import type { ScenarioReport } from '../core/report.js';
import type { Finding } from '../core/verdict.js';
import { readRuns } from '../history/read.js';
import { type Operation, type Run, toRun } from '../history/run.js';
import type { Exploration } from './evidence/exploration.js';
import { type ExploreOptions, explore } from './explore.js';

/** What became of a loss that stress had found by luck. */
export interface ExplainedLoss {
  scenario: string;
  target: string;
  /** The sentence of the loss in the report of stress. */
  sentence: string;
  /** Undefined where none of the searches found it. */
  exploration: Exploration | undefined;
  /** What was searched, one after the other. */
  tried: string[];
}

const explained = new Set(['lost-update', 'lost-seed', 'resurrection', 'torn-read', 'torn-file']);
const durationMsEach = 30_000;
const clientsMax = 3;
const operationsMax = 3;

/**
 * Takes the first loss of a run that stress has found, and searches for an exact schedule of what the clients were doing then.
 * @param out the run's own directory, with its history
 * @returns undefined if nothing was lost
 */
export async function explainLoss(
  { scenario, target, seed, violations }: ScenarioReport,
  out: string,
  options: Pick<ExploreOptions, 'signal' | 'onProgress'> = {},
): Promise<ExplainedLoss | undefined> {
  const loss = violations.find(({ kind }) => explained.has(kind));
  if (!loss) return undefined;
  const run = await findRun(path.join(out, 'history.jsonl'), { scenario, target, seed });
  const tried: string[] = [];
  let exploration: Exploration | undefined;
  for (const attempt of run ? attemptsFor(run, loss) : []) {
    if (options.signal?.aborted) break;
    const found = await explore({
      target,
      durationMs: durationMsEach,
      ...attempt,
      onWarning: () => {},
      ...options,
    });
    tried.push(found.program);
    if (found.failures.length === 0) continue;
    exploration = found;
    break;
  }
  return { scenario, target, sentence: loss.sentence, exploration, tried };
}

async function findRun(
  history: string,
  wanted: { scenario: string; target: string; seed: number },
): Promise<Run | undefined> {
  for await (const events of readRuns(history)) {
    const run = toRun(events);
    const { scenario, target, seed } = run.header;
    if (scenario === wanted.scenario && target === wanted.target && seed === wanted.seed) return run;
  }
  return undefined;
}

/**
 * From small to large: the two operations that the loss is about; all that were under way then; the same with the kills and pauses
 * that the run had.
 */
export function attemptsFor(run: Run, loss: Finding): ExploreOptions[] {
  const named = run.operations.filter(({ id }) => loss.operations.includes(id));
  const around = run.operations.filter(({ begin, end }) => begin <= loss.to && end >= loss.from);
  const programs = [clientsOf(named), clientsOf([...named, ...around])].filter(
    (clients) => clients.length > 1,
  );
  const had = (fault: string) => run.faults.some((event) => event.fault === fault);
  const faults = { ...(had('kill') ? { crash: true } : {}), ...(had('pause') ? { steal: true } : {}) };
  const plain = programs.map((clients): ExploreOptions => ({ clients }));
  if (Object.keys(faults).length === 0) return plain;
  return [...plain, ...programs.map((clients): ExploreOptions => ({ clients, ...faults, preemptions: 1 }))];
}

/** What each client did, in its order. Every client is taken for one that opens the file itself. */
function clientsOf(operations: readonly Operation[]): string[] {
  const byClient = new Map<string, string[]>();
  for (const { client, action, key } of new Set(operations)) {
    if (action === 'refresh' || (!byClient.has(client) && byClient.size >= clientsMax)) continue;
    const own = byClient.get(client) ?? [];
    if (own.length < operationsMax) own.push(key === undefined ? action : `${action} ${key}`);
    byClient.set(client, own);
  }
  return [...byClient.values()].map((own) => own.join(', '));
}
