import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { pageOf } from '../../src/cli/render.js';
import { UsageError } from '../../src/cli/usage-error.js';
import type { Report } from '../index.js';
import { showAddress } from './browser.js';
import { parseReporters, type Reporter, reporterNames, writeReports } from './reporters.js';
import { writeTrace } from './write-trace.js';

export function addShow(program: Command): void {
  program
    .command('show')
    .description("a finished run's report")
    .argument('[dir]', "the run's directory, or its report.json", 'reports/latest')
    .option('--verbose', 'tell of every violation in the report, as a table')
    .option(
      '--reporter <list>',
      `in another form, as NAME or NAME=FILE: ${reporterNames.join(', ')}`,
      parseReporters,
    )
    .option(
      '--trace <file>',
      'write its history as a trace, to be opened in ui.perfetto.dev or chrome://tracing',
    )
    .option(
      '--judge',
      'judge its history again, write all violations to findings.jsonl beside it, and make its page anew',
    )
    .option('--open', 'open its page in a browser')
    .option('--json', 'as JSON')
    .action(run);
}

interface Flags {
  json?: boolean;
  verbose?: boolean;
  reporter?: Reporter[];
  trace?: string;
  judge?: boolean;
  open?: boolean;
}

async function run(place: string, { json, verbose, reporter, trace, judge, open }: Flags): Promise<void> {
  const { NothingMatchedError } = await import('../index.js');
  const file = existsSync(place) && statSync(place).isDirectory() ? path.join(place, 'report.json') : place;
  if (!existsSync(file)) {
    throw new NothingMatchedError(`there is no report at ${file}`, 'holdfast stress makes one');
  }
  const out = path.dirname(file);
  if (trace !== undefined) {
    expectHistory(out);
    const count = await writeTrace(path.join(out, 'history.jsonl'), path.join(out, 'findings.jsonl'), trace);
    process.stderr.write(`${trace}: ${count} records\n`);
    return;
  }
  if (open) {
    await openPage(file);
    return;
  }
  const written = parseReport(readFileSync(file, 'utf8'));
  if (!written) throw new UsageError(`${file} is not a report`, 'expected a report.json with "schema": 1');
  const report = judge ? await judgeAgain(written, file) : written;
  // What is piped to a file is Markdown, as the summary is.
  const usual = verbose || pageOf().columns !== undefined ? 'list' : 'markdown';
  const wanted = json ? [{ name: 'json' as const }] : (reporter ?? [{ name: usual } as const]);
  await writeReports(report, out, wanted, { isVerbose: verbose === true });
}

/** Of a run as of a search. One of an older version, or that was removed, is made again. */
async function openPage(file: string): Promise<void> {
  const out = path.dirname(path.resolve(file));
  const page = path.join(out, 'report.html');
  if (!existsSync(page)) {
    const { toPage } = await import('../index.js');
    const report = parseReport(readFileSync(file, 'utf8'));
    if (!report)
      throw new UsageError(`there is no report.html in ${out}`, 'expected that of a run, or of a search');
    const { default: writeFileAtomic } = await import('write-file-atomic');
    await writeFileAtomic(page, await toPage(report, out));
  }
  await showAddress(pathToFileURL(page).href, process.stdout);
}

/** The report beside the findings says where they are, and the page shows them. */
async function judgeAgain(written: Report, file: string): Promise<Report> {
  const { judgeReportAgain, toPage } = await import('../index.js');
  const out = path.dirname(file);
  expectHistory(out);
  const report = await judgeReportAgain(written, out);
  const { default: writeFileAtomic } = await import('write-file-atomic');
  await writeFileAtomic(file, `${JSON.stringify(report, null, 2)}\n`);
  await writeFileAtomic(path.join(out, 'report.html'), await toPage(report, out));
  return report;
}

/** @throws UsageError if the history of the run is not beside its report */
function expectHistory(out: string): void {
  if (existsSync(path.join(out, 'history.jsonl'))) return;
  throw new UsageError(`there is no history.jsonl in ${out}`, 'expected that of the run, beside its report');
}

function parseReport(text: string): Report | undefined {
  try {
    const report = JSON.parse(text) as Partial<Report> | null;
    const isReport =
      report?.schema === 1 &&
      Array.isArray(report.controls) &&
      report.scenarios?.every(({ counts }) => counts);
    return isReport ? (report as Report) : undefined;
  } catch {
    return undefined;
  }
}
