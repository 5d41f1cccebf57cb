import { assemble } from '../../report/page/assemble.js';
import type { ExplorePage, FailurePage, SearchPage, Tone } from '../../report/page/data.js';
import { momentOf } from '../../report/page/make/stress.js';
import type { Exploration, ExploredFailure } from '../evidence/exploration.js';
import type { ExplorationReport, ExploreReport } from './report.js';
import { decisionOf, originOf, stepTable, summaryOf, titleOf } from './summary.js';

/** Searches as one page that loads nothing. @param replayCommand returns the command that runs a failure again */
export function exploreToHtml(
  report: ExploreReport,
  replayCommand: (failure: ExploredFailure) => string,
): string {
  return assemble(explorePage(report, replayCommand));
}

export function explorePage(
  { result, seed, durationMs, scenarios, environment, command }: ExploreReport,
  replayCommand: (failure: ExploredFailure) => string,
): ExplorePage {
  const all = scenarios.map(({ exploration }) => exploration);
  const sum = (pick: (one: Exploration) => number) => all.reduce((total, one) => total + pick(one), 0);
  const { time, runtime, system, cpus, version, commit } = environment ?? {};
  const found = sum(({ failures }) => failures.length);
  const only = scenarios.length === 1 ? scenarios[0]?.reproduce : undefined;
  return {
    kind: 'explore',
    title: `Exploration: ${result}, ${all.map(({ target }) => target).join(', ')}`,
    tone: toneOf(result),
    headline:
      result === 'valid' && all.some(({ exhausted }) => !exhausted) ? headlines.partly : headlines[result],
    meaning: `${sum(({ executions }) => executions).toLocaleString('en-US')} executions of ${all.length === 1 ? 'one search' : `${all.length} searches`}, one call at a time; ${found === 1 ? 'one way to fail was found' : `${found === 0 ? 'no' : found} ways to fail were found`}.`,
    facts: [
      ['Targets', [...new Set(all.map(({ target }) => target))].join(', ')],
      ['Seed', String(seed)],
      ['Took', `${(durationMs / 1000).toFixed(1)} s`],
      ['Began', time === undefined ? null : momentOf(time)],
      ['Runtime', runtime ?? null],
      ['System', system ?? null],
      ['Processors', cpus === undefined ? null : String(cpus)],
      [
        'Version',
        version === undefined ? null : [version, commit?.slice(0, 10)].filter(Boolean).join(', commit '),
      ],
    ],
    command: command ?? only ?? null,
    isCommandMade: command === undefined && only !== undefined,
    notes: [],
    searches: scenarios.map((one, at) => searchPage(one, `search-${at + 1}`, replayCommand)),
  };
}

const headlines = {
  valid: 'No execution broke a guarantee',
  partly: 'No execution that was tried broke a guarantee',
  invalid: 'A guarantee was broken',
  unknown: 'The search is inconclusive',
};

function toneOf(result: Exploration['result']): Tone {
  return result === 'valid' ? 'good' : result === 'invalid' ? 'bad' : 'open';
}

function searchPage(
  { exploration, reproduce }: ExplorationReport,
  id: string,
  replayCommand: (failure: ExploredFailure) => string,
): SearchPage {
  const { target, program, result, executions, stepsMax, outcomes, exhausted, failures } = exploration;
  const [, ...lines] = summaryOf(exploration);
  return {
    id,
    target,
    program,
    tone: toneOf(result),
    verdict: result,
    counts: [
      ['executions', executions.toLocaleString('en-US')],
      ['steps at most', String(stepsMax)],
      ['outcomes', String(outcomes)],
      ['interleavings tried', exhausted ? 'all' : 'not all'],
    ],
    lines,
    reproduce,
    failures: failures.map((failure) => failurePage(failure, `${id}/${failure.id}`, replayCommand(failure))),
  };
}

function failurePage(failure: ExploredFailure, id: string, replay: string): FailurePage {
  const { guarantee, sentence, eraser = '', pair, program, rows } = failure;
  const { header, lines } = stepTable(rows, program);
  const byStep = new Map(rows.map((row) => [row.step, row]));
  return {
    id,
    title: titleOf(failure),
    guarantee,
    sentence,
    eraser,
    decision: decisionOf(failure) ?? '',
    origin: originOf(failure, replay).slice(0, -1),
    replay,
    lanes: header.slice(1, -1),
    steps: lines.map(({ step, cells }) => {
      const row = step === undefined ? undefined : byStep.get(step);
      if (row === undefined) return [0, 0, cells.find((cell) => cell !== '' && cell !== '...') ?? '', '', ''];
      return [row.step, row.client, row.text, row.file, row.site ?? ''];
    }),
    pair: pair === undefined ? null : [pair.early.step, pair.late.step],
  };
}
