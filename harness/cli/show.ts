import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { pageOf, printReport } from '../../src/cli/render.js';
import type { Report } from '../index.js';

export function addShow(program: Command): void {
  program
    .command('show')
    .description("a finished run's report")
    .argument('[dir]', "the run's directory, or its report.json", 'reports/latest')
    .option('--verbose', 'tell of every violation in the report, as a table')
    .option('--json', 'as JSON')
    .action(async (place: string, { json, verbose }: { json?: boolean; verbose?: boolean }) => {
      const { NothingMatchedError, toMarkdown, toTerminal, UsageError } = await import('../index.js');
      const file =
        existsSync(place) && statSync(place).isDirectory() ? path.join(place, 'report.json') : place;
      if (!existsSync(file)) {
        throw new NothingMatchedError(`there is no report at ${file}`, 'holdfast stress makes one');
      }
      const report = parseReport(readFileSync(file, 'utf8'));
      if (!report) throw new UsageError(`${file} is not a report`, 'expected a report.json with "schema": 1');
      const { columns } = pageOf();
      if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      else if (verbose) printReport(toTerminal(report, path.dirname(file), { isVerbose: true, columns }));
      else if (columns === undefined) process.stdout.write(`${toMarkdown(report)}\n`);
      else printReport(toTerminal(report, path.dirname(file), { columns }));
    });
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
