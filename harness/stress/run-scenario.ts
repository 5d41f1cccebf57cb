import { rmSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../src/cli/usage-error.js';
import { defined } from '../core/defined.js';
import type { Counts } from '../core/report.js';
import type { ProfileName, Scenario, Workload } from '../core/scenario.js';
import type { TargetSpec } from '../core/target.js';
import type { RefreshPhase, Victim } from '../faults/context.js';
import { inject } from '../faults/index.js';
import type { OneAtATime } from '../faults/members.js';
import type { Probed } from '../history/evidence.js';
import { isMemberFault } from '../history/member-faults.js';
import { listCanary } from '../line/canary.js';
import type { Runtimes } from '../line/runtimes.js';
import { assertOwnFile } from '../line/sandbox.js';
import { endStragglers } from '../line/stragglers.js';
import { untilAborted } from '../line/until-aborted.js';
import { createRunToken } from '../targets/run-token.js';
import { Random } from '../workload/random.js';
import { Fleet } from './fleet.js';
import { OauthServer } from './oauth-server.js';
import { plainNames } from './own-names.js';
import { progressMs, someWrites, untilEnough } from './patience.js';
import type { HistorySize } from './plan/budget.js';
import { plants, type Stage, setStage } from './stage.js';

export interface ScenarioRun {
  scenario: Scenario;
  target: TargetSpec;
  /** The members of its cluster. Undefined where it is on none. */
  cluster: OneAtATime | undefined;
  /** What its probe has found out. */
  probed: Probed;
  runtimes: Runtimes;
  seed: number;
  /** Which run of this scenario on this target, from 1. */
  repetition: number;
  /** The count that must not be zero, of a planted bug. */
  mustFind?: keyof Counts;
  /** How long the clients are planned to work, in milliseconds; starting and ending them comes on top. */
  workMs: number;
  /** How long they do, by the time at which all of them have started. */
  workMsFrom: (startedMs: number) => number;
  /** What judging such a history is expected to take: the clients work for so much less. */
  judgingMs: (history: HistorySize) => number;
  /** What the run may take on top, where too little has happened by then. */
  extraMs: number;
  clients: Partial<Record<ProfileName, number>>;
  workload: Partial<Workload> | undefined;
  /** The run's own directory, for the file under test. */
  directory: string;
  /** The history file, to which this run's events are appended. */
  history: string;
  /** Ends the run at once: all its processes are killed, and its history has no final state. */
  signal: AbortSignal;
  onProgress: (progress: { acknowledged: number; faults: number }) => void;
}

/** What a run was, before anything of it is judged. */
export interface Played {
  /** Of its history. */
  events: number;
  /** How long it has waited on top for what the scenario asks for, in milliseconds. */
  extraMs: number;
  /** What it took until all clients were at work, and to end them all. */
  startingMs: number;
  endingMs: number;
}

/**
 * Runs one scenario on one target with real processes, and writes all that happens to the history. Sets the stage, starts the
 * provider of the scenario, and plays it: see `play`. Whatever ends that, all processes are killed, and the history is closed.
 */
export async function runScenario(run: ScenarioRun): Promise<Played> {
  const begun = performance.now();
  const stage = setStage(run);
  const cast = await castOf(run, stage);
  const { recorder } = stage;
  const progress = setInterval(
    () => run.onProgress({ ...recorder.tally.counts, faults: recorder.tally.faults }),
    progressMs,
  );
  const ended = new AbortController();
  try {
    const times = await Promise.race([untilAborted(run.signal, ended.signal), play(run, stage, cast)]);
    const { startedMs, endedMs, extraMs } = times ?? { startedMs: begun, endedMs: begun, extraMs: 0 };
    const endingMs = times ? performance.now() - endedMs : 0;
    return { events: recorder.tally.events, extraMs, startingMs: startedMs - begun, endingMs };
  } finally {
    ended.abort();
    clearInterval(progress);
    await cast.fleet.killAll();
    if (stage.home !== undefined) endStragglers(stage.home);
    cast.oauth?.close();
    await recorder.close();
    rmSync(stage.sandbox, { recursive: true, force: true });
  }
}

/** All processes of a run, and what faults have done to them. */
interface Cast {
  fleet: Fleet;
  oauth: OauthServer | undefined;
  /** The processes that a fault has killed, from the moment on at which that was decided. */
  killed: Set<number>;
  /** What a fault does when a client refreshes. */
  onRefreshing: (victim: Victim, phase: RefreshPhase) => void;
}

/** Starts the provider, if the scenario has one, and no client yet. */
async function castOf(run: ScenarioRun, stage: Stage): Promise<Cast> {
  const { scenario, target, probed, runtimes, seed, workload, clients } = run;
  const { subject, sandbox, home, place, recorder, canary, seeds } = stage;
  const killed = new Set<number>();
  const oauth =
    scenario.oauth &&
    (await OauthServer.start({
      lifeMs: scenario.oauth.lifeMs,
      random: new Random(seed, 'oauth'),
      now: () => recorder.now(),
      record: (event) => recorder.record(event),
      isKilled: (pid) => killed.has(pid),
      onRefreshing: (pid, phase) => {
        const victim = cast.fleet.running().find((member) => member.pid === pid);
        if (victim) cast.onRefreshing(victim, phase);
      },
    }));
  const fleet = new Fleet({
    subject,
    workload,
    umask: scenario.umask,
    canary,
    oauthUrl: oauth?.url,
    ...defined({ home }),
    token: clients.server || clients.desktop ? await createRunToken(sandbox) : undefined,
    target,
    runtimes,
    seed,
    sandbox,
    place,
    recorder,
    probed,
    seeds,
  });
  const cast: Cast = { fleet, oauth, killed, onRefreshing: () => {} };
  return cast;
}

/** When all clients were at work, when they had worked for long enough, and how much of that was on top. */
interface PlayTimes {
  startedMs: number;
  endedMs: number;
  extraMs: number;
}

/** The run itself: seeds, clients, faults, the end of both, and a last look. */
async function play(run: ScenarioRun, stage: Stage, cast: Cast): Promise<PlayTimes> {
  const { scenario, probed, workMsFrom, judgingMs, extraMs, signal } = run;
  const { fleet } = cast;
  await storeSeeds(run, stage, fleet);
  await fleet.start(run.clients);
  const startedMs = performance.now();
  const over = new AbortController();
  const calm = new AbortController();
  const faults = injectAll(run, stage, cast, calm.signal);
  const ends = AbortSignal.any([signal, over.signal]);
  const patience = {
    workMs: workMsFrom(startedMs),
    judgingMs,
    extraMs,
    openMs: probed.openMs,
    faultMs: longestFault(scenario),
    signal: ends,
  };
  const waitedMs = await Promise.race([
    untilEnough(stage, patience, () => calm.abort()),
    fleet.finished(over.signal),
  ]);
  const endedMs = performance.now();
  over.abort();
  calm.abort();
  await Promise.all(faults);
  if (plants(scenario)) await someWrites(stage, signal);
  await fleet.stop();
  await fleet.runToEnd(stage.subject === 'tokens' ? 'token-audit' : 'audit');
  return { startedMs, endedMs, extraMs: waitedMs ?? 0 };
}

/** Where no other program can write the target's file, the target itself stores what is to be there before. */
async function storeSeeds(
  { target, probed, signal }: ScenarioRun,
  stage: Stage,
  fleet: Fleet,
): Promise<void> {
  const { seeds, recorder } = stage;
  if (probed.evidence.of !== 'file' && (seeds.length > 0 || target.program)) {
    const seeder = await fleet.runToEnd('seeder', graceOf(probed, seeds.length));
    if (!seeder.passed && !signal.aborted) {
      const { error = 'its set() did not return' } = seeder;
      throw new UsageError(
        `target "${target.label}" could not store what is to be there before a run: ${error}`,
      );
    }
  }
  for (const seed of seeds) recorder.record(seed);
}

/** How long one fault may take, and all others wait for it, in milliseconds. */
function longestFault({ faults = [] }: Scenario): number {
  const those = faults.filter(({ kind }) => isMemberFault(kind));
  return those.reduce(
    (sum, fault) => sum + ('forMs' in fault && Array.isArray(fault.forMs) ? fault.forMs[1] : 0),
    0,
  );
}

/** A program stores one entry after another, each by a command. */
function graceOf({ program, openMs }: Probed, seeds: number): number | undefined {
  return program && 60_000 + program.callMsMax + 3 * openMs + 3 * seeds * program.changeMs;
}

/** Starts all faults of the scenario. @param calm ends them */
function injectAll(
  { scenario, seed, probed, cluster }: ScenarioRun,
  { recorder, place, sandbox, canary }: Stage,
  cast: Cast,
  calm: AbortSignal,
): Promise<void>[] {
  const { fleet, killed } = cast;
  return (scenario.faults ?? []).map((fault, index) =>
    inject(fault, {
      running: () => fleet.running(),
      writers: () => fleet.writers(),
      onPausing: (listener) => {
        fleet.onPausing = listener;
      },
      onRefreshing: (listener) => {
        cast.onRefreshing = listener;
      },
      ownFile: () => assertOwnFile(place.file, sandbox),
      isInUse: () => recorder.tally.counts.acknowledged > 0,
      ownNames: () => plainNames(fleet.artifacts, path.basename(place.real), probed.own),
      canary: canary === undefined ? undefined : { directory: canary, look: () => listCanary(canary) },
      cluster,
      record: (event) => {
        if (event.fault === 'kill' && event.process !== undefined) killed.add(event.process);
        recorder.record({ type: 'fault', time: recorder.now(), ...event });
      },
      random: new Random(seed, `${fault.kind}-${index}`),
      signal: calm,
    }),
  );
}
