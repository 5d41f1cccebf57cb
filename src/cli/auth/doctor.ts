import path from 'node:path';
import type { Command } from 'commander';
import { StoreError } from '../../errors/store-error.js';
import { inspectFile } from '../../store/file/doctor/inspect.js';
import type { Inspection } from '../../store/file/doctor/inspection.js';
import { currentEntries } from '../../store/file/doctor/recoverable.js';
import { addressOf, onEngine } from '../engine.js';
import { exitCodes } from '../exit-codes.js';
import { judgeEntries } from './entry-findings.js';
import { diagnose, type Finding, type Severity } from './findings.js';
import { judgeIsolation } from './isolation-findings.js';
import { paint, print, printJson, shown } from './output.js';
import { type FileFlags, fileOf, storeSubcommand } from './source.js';
import { nowMs } from './time.js';

export function addDoctor(auth: Command): void {
  storeSubcommand(
    auth,
    'doctor',
    'say what is wrong with the file and its surroundings; leaves nothing behind',
  )
    .addHelpText(
      'after',
      `
Prints which file it is, whether the file and its copy can be used, who may open or replace it, which process holds the lease,
which ones wait, and what else may be in the way. It tries what a write needs in a directory beside the file, and removes the
directory again; it never writes to the file. It prints no contents. Ages are by the wall clock.
With --store it asks each member of the engine, reads all that is stored, and changes nothing. Of PostgreSQL it also says what an
acknowledged write has waited for, and what the user may do.

Exit codes: 0 healthy, or warnings only; 1 there is a problem.

Examples:
  holdfast auth doctor
  holdfast auth doctor --json | jq '.findings[] | select(.severity != "ok")'`,
    )
    .action(doctor);
}

async function doctor(flags: FileFlags): Promise<void> {
  const address = addressOf(flags);
  if (address !== undefined) {
    const { inspectAt } = await onEngine(address);
    printDiagnosis(await inspectAt(address), [address], { store: address }, flags);
    return;
  }
  // A path that can't be a credential file is a finding here, not a refusal.
  const seen = inspectFile(flags.file ? path.resolve(flags.file) : fileOf(flags));
  const findings = diagnose(seen, { nowMs: nowMs(), uid: process.getuid?.() });
  findings.push(...judgeEntries(entriesOf(seen)), judgeIsolation());
  printDiagnosis(findings, pathsOf(seen), seen, flags);
}

function printDiagnosis(
  findings: readonly Finding[],
  places: readonly string[],
  seen: object,
  flags: FileFlags,
): void {
  const result = worstOf(findings);
  if (flags.json) printJson({ result, findings, ...seen });
  else print([...places, ...findings.flatMap(linesOf), summaryOf(findings)].join('\n'));
  process.exitCode = result === 'problem' ? exitCodes.invalid : exitCodes.valid;
}

function worstOf(findings: readonly Finding[]): Severity {
  const isThere = (wanted: Severity) => findings.some(({ severity }) => severity === wanted);
  if (isThere('problem')) return 'problem';
  return isThere('warn') ? 'warn' : 'ok';
}

function pathsOf({ given, links, file }: Inspection): string[] {
  return [
    shown(given),
    ...links.map(({ link, to }) => `  link ${shown(link)} -> ${shown(to)}`),
    ...(file !== undefined && file !== given ? [`  is ${shown(file)}`] : []),
  ];
}

const colours = { ok: 'green', warn: 'yellow', problem: 'red' } as const;
const width = 'problem'.length;

function linesOf({ severity, subject, says, todo }: Finding): string[] {
  const mark = paint(colours[severity], severity.padEnd(width));
  return [`${mark}  ${subject}: ${says}`, ...(todo ? [`${' '.repeat(width)}  -> ${todo}`] : [])];
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (wanted: Severity) => findings.filter(({ severity }) => severity === wanted).length;
  const [problems, warnings] = [count('problem'), count('warn')];
  if (problems + warnings === 0) return 'healthy';
  const counted = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  return `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}`;
}

/** None where they can't be read, which is a finding of its own. Reading is safe even where the place is not. */
function entriesOf({ content, given }: Inspection): ReadonlyMap<string, string> {
  try {
    return content.kind === 'valid' ? currentEntries(given, { allowUnsafe: true }) : new Map();
  } catch (error) {
    if (error instanceof StoreError) return new Map();
    throw error;
  }
}
