import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import { parseNames } from '../../src/cli/parse.js';
import { pageOf, printReport } from '../../src/cli/render.js';
import type { ComparedReport, Telling } from '../index.js';

/** The forms of a report, by the names that the command line has for them. */
export const reporterNames = ['list', 'json', 'markdown', 'junit', 'tap', 'github'] as const;
type ReporterName = (typeof reporterNames)[number];

/** A form, and where it goes: to a file, or to standard output. */
export interface Reporter {
  name: ReporterName;
  file?: string;
}

/** Reads `junit=results.xml,tap`. */
export function parseReporters(text: string, before: Reporter[] = []): Reporter[] {
  const wanted = parseNames(text).map((one): Reporter => {
    const [, word, file] = /^([^=]*)(?:=(.+))?$/s.exec(one) ?? [];
    const name = reporterNames.find((known) => known === word);
    if (name === undefined)
      throw new InvalidArgumentError(`Expected one or more of ${reporterNames.join(', ')}; got "${one}".`);
    return file === undefined ? { name } : { name, file };
  });
  return [...before, ...wanted];
}

/** Prints, or writes, a report in each of the forms that are wanted. @param out where the run's files are */
export async function writeReports(
  report: ComparedReport,
  out: string,
  wanted: readonly Reporter[],
  telling: Telling,
): Promise<void> {
  for (const { name, file } of wanted) {
    if (file !== undefined) {
      // No other command needs it when it starts.
      const { default: writeFileAtomic } = await import('write-file-atomic');
      mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
      await writeFileAtomic(file, `${await textOf(name, report, out, telling)}\n`);
    } else if (name === 'list') {
      process.stdout.write('\n');
      printReport(await textOf(name, report, out, { ...telling, columns: pageOf().columns }));
    } else {
      process.stdout.write(`${await textOf(name, report, out, telling)}\n`);
    }
  }
}

async function textOf(
  name: ReporterName,
  report: ComparedReport,
  out: string,
  telling: Telling,
): Promise<string> {
  const { toGithubAnnotations, toJUnit, toMarkdown, toTap, toTerminal } = await import('../index.js');
  switch (name) {
    case 'list':
      return toTerminal(report, out, telling);
    case 'json':
      return JSON.stringify(report, null, 2);
    case 'markdown':
      return toMarkdown(report);
    case 'junit':
      return toJUnit(report);
    case 'tap':
      return toTap(report);
    case 'github':
      return toGithubAnnotations(report).join('\n');
  }
}
