import path from 'node:path';
import { isOpaque } from '../../credentials/schema.js';
import { showsItsEnd } from '../../isolation/formats.js';
import { type CommandEnd, Isolation } from '../../isolation/isolation.js';
import type { IsolationTally } from '../../isolation/tally.js';
import { helperProgram, NoHelperError } from '../../native/helper.js';
import type { DocumentFormat } from '../../store/document/format.js';
import { reasonOf } from '../auth/isolation-findings.js';
import { note, shown } from '../auth/output.js';
import { humanTime } from '../auth/time.js';
import { UsageError } from '../usage-error.js';
import { endAs, errnoName, notRunnable, passSignals, refusalOf, signalOf } from './command-end.js';
import { nameOf, outerFile, variable } from './outer.js';
import { endGuard, endOf, runGuarded, runPlainly, startGuard } from './run.js';

/** The store's own files beside it have the same name, and some more. */
const nameMax = 247;
/** Of an error of our own, and not of the command. */
const internalError = 70;

/** How a file is isolated. */
interface HowIsolated {
  allowUnsafe: boolean | undefined;
  /** Undefined for JSON. */
  format: DocumentFormat | undefined;
  /** Where that can't be, it is guarded. Otherwise it is not run. */
  orGuarded: boolean;
}

/** Runs a command isolated. @throws UsageError where that can't be: the command is not run then */
export async function runIsolated(command: readonly string[], file: string, how: HowIsolated): Promise<void> {
  const outer = outerFile();
  if (outer === file) {
    note(`holdfast: ${file} is isolated by an outer run: the command just runs`);
    endAs(await runPlainly(command));
    return;
  }
  const found =
    outer === undefined ? findHelper() : { why: 'it runs within a run that isolates another file' };
  const isolation = found.helper === undefined ? found : await begin(file, found.helper, how);
  if ('why' in isolation) {
    // Of JSON alone half a text is none, and is waited for.
    const isGuardable = how.format === undefined || showsItsEnd(how.format);
    if (how.orGuarded && isGuardable) {
      note(`holdfast: not isolated, but guarded: ${isolation.why}`);
      await runGuarded(command, file, how);
      return;
    }
    throw new UsageError(
      `not isolated: ${isolation.why}`,
      isGuardable ? 'without --isolate it is guarded' : 'the command was not run',
    );
  }
  await run(command, file, isolation.isolation, how);
}

async function run(
  command: readonly string[],
  file: string,
  isolation: Isolation,
  how: HowIsolated,
): Promise<void> {
  const [name = ''] = command;
  const since = performance.now();
  const signals = passSignals();
  const { child, ended } = isolation.start(command, { ...process.env, [variable]: nameOf(file) });
  signals.to(child);
  const end = await codeOf(await ended, { name, file, ...how });
  await isolation.close();
  signals.end();
  const { untold } = isolation.tally;
  note(`holdfast: ${summaryOf(file, isolation.tally, performance.now() - since)}`);
  if (untold > 0) note(`holdfast: not saved, and the command was not told: ${untold}`);
  // A script must not go on as if all had been saved.
  endAs(end === 0 && untold > 0 ? 1 : end);
}

async function codeOf(
  end: CommandEnd,
  { name, file, allowUnsafe, format }: { name: string; file: string } & HowIsolated,
): Promise<number | NodeJS.Signals> {
  switch (end.kind) {
    case 'exit':
      return end.code;
    case 'signal':
      return signalOf(end.signal) ?? notRunnable;
    case 'lost':
      note('holdfast: the helper has ended, and never said how the command did, or whether it was run');
      return internalError;
    case 'refused':
      return refusalOf(name, errnoName(end.errno));
    case 'unprotected': {
      const isGuarded = format === undefined || showsItsEnd(format);
      note(
        `holdfast: the helper was killed: the command goes on without it, ${isGuarded ? '' : 'un'}guarded`,
      );
      const session = isGuarded ? await startGuard(file, { allowUnsafe, format }) : undefined;
      const code = await endOf(end.child, name);
      await endGuard(session);
      return code;
    }
  }
}

type Found = { helper: string } | { helper?: undefined; why: string };

function findHelper(): Found {
  try {
    return { helper: helperProgram('isolate') };
  } catch (error) {
    if (error instanceof NoHelperError) return { why: reasonOf(error) };
    throw error;
  }
}

async function begin(
  file: string,
  helper: string,
  { allowUnsafe, format }: HowIsolated,
): Promise<{ isolation: Isolation } | { why: string }> {
  if (Buffer.byteLength(path.basename(file)) > nameMax) return { why: 'the name of the file is too long' };
  try {
    const onBackground = () => note('holdfast: the command has ended; waiting for what it has started');
    // What credentials look like says nothing of other files.
    const kind = format ? { format } : { isOpaque };
    const isolation = new Isolation(file, helper, {
      onBackground,
      ...kind,
      ...(allowUnsafe && { allowUnsafe }),
    });
    await isolation.begin();
    return { isolation };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/** What an isolation has done, in one line. */
function summaryOf(file: string, tally: IsolationTally, lengthMs: number): string {
  const { writes, unreadable, failures, passedBy, others } = tally;
  const parts = [
    `isolated ${file} for ${humanTime(lengthMs)}: ${writes} ${writes === 1 ? 'write' : 'writes'}`,
    ...(unreadable > 0 ? [`refused, as it could not be read: ${unreadable}`] : []),
    ...(failures.length > 0 ? [`failed: ${failures.length} (${shown(failures.at(-1) ?? '')})`] : []),
    ...(passedBy.size > 0
      ? [`not isolated, as it can't be looked into: ${[...passedBy].map(shown).join(', ')}`]
      : []),
    ...(others.has('large') ? ['not isolated while it was larger than 16 MiB'] : []),
    ...(others.has('exchanged') ? ['not isolated: an exchange with another file'] : []),
  ];
  return parts.join('; ');
}
