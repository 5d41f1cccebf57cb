import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Subject } from '../core/scenario.js';
import type { TargetSpec } from '../core/target.js';
import { monotonicNow } from '../history/clock.js';
import { ofFile } from '../history/evidence.js';
import { pathsBeside } from '../line/beside.js';
import { ownPatterns } from '../line/own-paths.js';
import { copyBeside, probeKeys, probeSeeds } from '../line/probe-places.js';
import type { Beginning } from '../line/protocol.js';
import type { Runtime } from '../line/runtimes.js';
import { makeSandbox } from '../line/sandbox.js';
import { writeSeeds } from '../line/seeds.js';
import { endStragglers } from '../line/stragglers.js';
import { Fleet } from './fleet.js';
import type { Member } from './member.js';
import { Recorder } from './recorder.js';

export interface Attempt {
  runtime: Runtime['name'];
  member: Member;
  /** What it left beside its file. */
  left: string[];
  /** The file as it was right after a change: undefined where there was none. */
  copy: Buffer | undefined;
}

export interface Try {
  target: TargetSpec;
  directory: string;
  signal: AbortSignal;
  runtime: Runtime;
  subject: Subject;
  graceMs: number;
  begins: Beginning;
}

/** Runs a probe of a target in a process of its own, in a directory that is gone afterwards. */
export async function tryAlone(
  { target, directory, signal, runtime, subject, graceMs, begins }: Try,
  copy: Buffer | undefined,
): Promise<Attempt> {
  const { program } = target;
  const { sandbox, home, ...place } = makeSandbox(directory, undefined, subject, program?.file);
  if (begins === 'foreign') writeSeeds(place.real, probeSeeds);
  if (copy !== undefined) writeFileSync(place.real, copy, { mode: 0o600 });
  const recorder = new Recorder(path.join(sandbox, 'history.jsonl'), monotonicNow());
  const fleet = new Fleet({
    subject,
    workload: undefined,
    umask: undefined,
    canary: undefined,
    oauthUrl: undefined,
    ...(program ? { home } : {}),
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
    const profile = program ? 'program-probe' : subject === 'tokens' ? 'token-probe' : 'probe';
    const member = await fleet.runToEnd(profile, graceMs);
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
    if (program) endStragglers(home);
    await recorder.close();
    rmSync(sandbox, { recursive: true, force: true });
  }
}
