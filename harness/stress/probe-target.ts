import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../src/cli/usage-error.js';
import type { Subject } from '../core/scenario.js';
import type { TargetSpec } from '../core/target.js';
import { monotonicNow } from '../history/clock.js';
import { type Evidence, knownTarget, ofFile, type Probed } from '../history/evidence.js';
import { pathsBeside } from '../line/beside.js';
import { ownPatterns } from '../line/own-paths.js';
import { copyBeside, probeKeys, probeSeeds } from '../line/probe-places.js';
import type { Beginning, Sighted } from '../line/protocol.js';
import { node, type Runtime } from '../line/runtimes.js';
import { makeSandbox } from '../line/sandbox.js';
import { writeSeeds } from '../line/seeds.js';
import { Fleet } from './fleet.js';
import type { Member } from './member.js';
import { Recorder } from './recorder.js';

/** Real programs load for ten seconds and more. */
export const targetMsDefault = 40_000;

interface Attempt {
  runtime: Runtime['name'];
  member: Member;
  /** What it left beside its file. */
  left: string[];
  /** The file as it was right after a change: undefined where there was none. */
  copy: Buffer | undefined;
}

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
  const { commits, openMs } = sighted;
  // Elsewhere nothing can be stopped before a commit, nor seen of it.
  return { evidence, isWhole, showsCommits: runtime !== 'node' || commits > 1, openMs, own: left };
}

function whyNotForeign(member: Member | undefined): string {
  const { whyNot = member?.error } = member?.sighted ?? {};
  return `where another program has written it, ${whyNot ?? 'the store could not be used'}`;
}

interface Try {
  target: TargetSpec;
  directory: string;
  signal: AbortSignal;
  runtime: Runtime;
  subject: Subject;
  graceMs: number;
  begins: Beginning;
}

async function tryAlone(
  { target, directory, signal, runtime, subject, graceMs, begins }: Try,
  copy: Buffer | undefined,
): Promise<Attempt> {
  const { sandbox, ...place } = makeSandbox(directory, undefined, subject);
  if (begins === 'foreign') writeSeeds(place.real, probeSeeds);
  if (copy !== undefined) writeFileSync(place.real, copy, { mode: 0o600 });
  const recorder = new Recorder(path.join(sandbox, 'history.jsonl'), monotonicNow());
  const fleet = new Fleet({
    subject,
    workload: undefined,
    umask: undefined,
    canary: undefined,
    oauthUrl: undefined,
    token: undefined,
    target,
    runtimes: { choice: runtime.name, turns: [runtime] },
    seed: 0,
    sandbox,
    place,
    recorder,
    probed: { evidence: ofFile, own: [], openMs: 0 },
    begins,
    seeds: [],
  });
  const stop = () => fleet.killAll();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const member = await fleet.runToEnd(subject === 'tokens' ? 'token-probe' : 'probe', graceMs);
    const left = ownPatterns(pathsBeside(place.real), path.basename(place.real), [
      ...probeKeys,
      ...probeSeeds.map(({ key }) => key),
    ]);
    const copied = copyBeside(place.real);
    return {
      runtime: runtime.name,
      member,
      left,
      copy: existsSync(copied) ? readFileSync(copied) : undefined,
    };
  } finally {
    signal.removeEventListener('abort', stop);
    await fleet.killAll();
    await recorder.close();
    rmSync(sandbox, { recursive: true, force: true });
  }
}
