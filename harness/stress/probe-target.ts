import { UsageError } from '../../src/cli/usage-error.js';
import type { Subject } from '../core/scenario.js';
import type { TargetSpec } from '../core/target.js';
import { type Evidence, knownTarget, ofFile, type Probed } from '../history/evidence.js';
import type { Beginning, Sighted } from '../line/protocol.js';
import { node, type Runtime } from '../line/runtimes.js';
import type { Member } from './member.js';
import { probeProgram } from './probe-program.js';
import { type Attempt, tryAlone } from './try-alone.js';

/** Real programs load for ten seconds and more. */
export const targetMsDefault = 40_000;

/**
 * Tries a target alone in a process of its own before anything is built on it.
 * @returns what the harness may rely on
 * @throws UsageError saying what it did instead: threw, hung, exited
 */
export async function probeTarget(
  target: TargetSpec,
  directory: string,
  {
    signal,
    runtime = node,
    subject = 'credentials',
    targetMs: graceMs = targetMsDefault,
  }: { signal: AbortSignal; runtime?: Runtime; subject?: Subject; targetMs?: number },
): Promise<Probed> {
  if (target.program) return probeProgram(target, target.program, directory, signal);
  const attempt = (begins: Beginning, copy?: Buffer) =>
    tryAlone({ target, directory, signal, runtime, subject, graceMs, begins }, copy);

  const first = subject === 'tokens' ? undefined : await attempt('foreign');
  if (signal.aborted) return knownTarget;
  if (first && isHung(first.member)) refuse(first.member);
  const seen = first?.member.sighted;
  // The same file has shown each change at once, and what another program had written into it was there.
  if (first && seen && seen.whyNot === undefined) return probed(first, seen, ofFile, true);

  const alone = await attempt('nothing');
  const sighted = alone.member.sighted;
  if (signal.aborted) return knownTarget;
  if (!sighted) refuse(alone.member);
  if (subject === 'tokens') {
    const { whyNot } = sighted;
    return probed(alone, sighted, whyNot === undefined ? ofFile : { of: 'store', why: whyNot }, true);
  }
  const why = sighted.whyNot ?? whyNotForeign(first?.member);
  const isRead = sighted.reads === true;
  const isWhole = alone.copy !== undefined && (await attempt('copy', alone.copy)).member.passed;
  return probed(alone, sighted, { of: isRead ? 'read' : 'store', why: isRead ? readsItself : why }, isWhole);

  function refuse(member: Member): never {
    const where = runtime.name === 'node' ? '' : ` of ${runtime.name}`;
    throw new UsageError(
      `target "${target.label}" can't be put to a test: alone in a process${where} it ${deed(member, subject, graceMs)}`,
    );
  }
}

function isHung({ exit, sighted }: Member): boolean {
  return sighted === undefined && exit?.signal === 'SIGKILL';
}

/** What it did instead of what every target must. */
function deed(member: Member, subject: Subject, graceMs: number): string {
  const { asked = 'open', error, exit } = member;
  const all = subject === 'tokens' ? 'create, verify and delete a token' : 'open, set, get and remove';
  if (isHung(member)) return `did not ${all} within ${graceMs / 1000} s: its ${asked}() has not returned`;
  if (member.isBroken) return `failed: ${error}`;
  const { code, signal, chatter } = exit ?? { code: null, signal: null, chatter: '' };
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  // The first line of an error that no handler took, where there is one.
  const [, words] = /^(\w*Error\b.*)$/m.exec(chatter) ?? [];
  return `ended its own process ${how} in ${asked}(), which was to return${words ? `: ${words}` : ''}`;
}

const readsItself = 'the target reads it by a format of its own';

function probed({ left, runtime }: Attempt, sighted: Sighted, evidence: Evidence, isWhole: boolean): Probed {
  const { commits, openMs, arrivesLate = false, regularTokens = false } = sighted;
  // Elsewhere nothing can be stopped before a commit, nor seen of it.
  const showsCommits = runtime !== 'node' || commits > 1;
  return { evidence, isWhole, showsCommits, arrivesLate, regularTokens, openMs, own: left };
}

function whyNotForeign(member: Member | undefined): string {
  const { whyNot = member?.error } = member?.sighted ?? {};
  return `where another program has written it, ${whyNot ?? 'the store could not be used'}`;
}
