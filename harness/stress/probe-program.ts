import { homedir } from 'node:os';
import { UsageError } from '../../src/cli/usage-error.js';
import type { TargetSpec } from '../core/target.js';
import { knownTarget, type Probed } from '../history/evidence.js';
import { changedOutside, lookOutside, placesOutside } from '../line/outside.js';
import { node } from '../line/runtimes.js';
import { commandMsDefault } from '../programs/invocation.js';
import type { Program } from '../programs/specification.js';
import { tryAlone } from './try-alone.js';

/** Preparing, a version, at most five changes and, of a server, its start. */
const callsOfProbe = 10;

/**
 * Tries a program alone, and measures it: how much can happen in a run follows from how long one command takes.
 * @throws UsageError in the words of the command line, where the specification is not what the program does
 */
export async function probeProgram(
  target: TargetSpec,
  program: Program,
  directory: string,
  signal: AbortSignal,
): Promise<Probed> {
  const outside = lookOutside(placesOutside(program.file, homedir(), process.cwd()));
  const callMsMax = program.timeoutMs ?? commandMsDefault;
  const graceMs = callsOfProbe * callMsMax;
  const begins = 'nothing';
  const { member, left } = await tryAlone(
    { target, directory, signal, runtime: node, subject: 'credentials', graceMs, begins },
    undefined,
  );
  if (signal.aborted) return knownTarget;
  const changed = changedOutside(outside);
  if (changed.length > 0)
    throw new UsageError(
      `"${program.name}" does not keep to the home that it was given: while it ran, ${changed.join(', ')} changed`,
      'find what makes it look there, and turn it off by --env',
    );
  const { sighted, error, exit } = member;
  if (!sighted?.program) {
    const how = error?.replace(/^Error: /, '') ?? `the probe ended with ${exit?.signal ?? exit?.code}`;
    throw new UsageError(how);
  }
  const { changesMs, version } = sighted.program;
  return {
    evidence: !program.isRead
      ? {
          of: 'store',
          why: `its entries are what ${program.lines ? 'it answers' : 'its own command prints'}`,
        }
      : { of: 'read', why: 'it is a file of another program', format: program.format },
    isWhole: program.isRead,
    showsCommits: false,
    openMs: sighted.openMs,
    own: left,
    program: {
      ...(version === undefined ? {} : { version }),
      changeMs: medianOf(changesMs),
      callMsMax,
      outside,
    },
  };
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}
