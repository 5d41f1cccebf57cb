import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Report } from '../index.js';

export function addShow(program: Command): void {
  program
    .command('show')
    .description("a finished run's report")
    .argument('[dir]', "the run's directory, or its report.json", 'reports/latest')
    .option('--json', 'as JSON')
    .action(async (place: string, { json }: { json?: boolean }) => {
      const { NothingMatchedError, toMarkdown, UsageError } = await import('../index.js');
      const file =
        existsSync(place) && statSync(place).isDirectory() ? path.join(place, 'report.json') : place;
      if (!existsSync(file)) {
        throw new NothingMatchedError(`there is no report at ${file}`, 'holdfast stress makes one');
      }
      const report = parseReport(readFileSync(file, 'utf8'));
      if (!report) throw new UsageError(`${file} is not a report`, 'expected a report.json with "schema": 1');
      process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `${toMarkdown(report)}\n`);
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
