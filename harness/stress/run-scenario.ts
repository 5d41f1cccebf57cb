import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../src/cli/usage-error.js';
import type { ProfileName, Scenario, Workload } from '../core/scenario.js';
import type { TargetSpec } from '../core/target.js';
import type { RefreshPhase, Victim } from '../faults/context.js';
import { inject } from '../faults/index.js';
import { monotonicNow } from '../history/clock.js';
import type { Evidence, Probed } from '../history/evidence.js';
import { canaryValue, listCanary, makeCanary } from '../line/canary.js';
import type { Runtimes } from '../line/runtimes.js';
import { assertOwnFile, makeSandbox, readLinks } from '../line/sandbox.js';
import { seedsOf, writeSeeds } from '../line/seeds.js';
import { untilAborted } from '../line/until-aborted.js';
import { createRunToken } from '../targets/run-token.js';
import { Random } from '../workload/random.js';
import { Fleet } from './fleet.js';
import { OauthServer } from './oauth-server.js';
import { plainNames } from './own-names.js';
import { Recorder } from './recorder.js';

export interface ScenarioRun {
  scenario: Scenario;
  target: TargetSpec;
  /** What its probe has found out. */
  probed: Probed;
  runtimes: Runtimes;
  seed: number;
  /**
   * How long the clients work, in milliseconds; starting and ending them comes on top, and some more where too little has
   * happened by then.
   */
  workMs: number;
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

const progressMs = 100;
/** On a busy machine less happens: what the scenario asks for is waited for so much longer, before the run counts for nothing. */
const extraMsMax = 20_000;
/** What does not come nearer will not come: a store that hangs, say. */
const stallMsMax = 3000;
const sweepingWrites = 10;

/** Where no foreign reader looks on, it meets no contents. */
function leastOf({ atLeast }: Scenario, { of }: Evidence): Record<string, number> {
  const { versions: _, ...others } = atLeast;
  return of === 'store' ? others : { ...atLeast };
}

/** Runs one scenario on one target with real processes, and writes all that happens to the history. */
export async function runScenario(run: ScenarioRun): Promise<void> {
  const { scenario, target, probed, runtimes, seed, workload, signal } = run;
  const { evidence, openMs } = probed;
  const { subject = 'credentials' } = scenario;
  const { sandbox, ...place } = makeSandbox(run.directory, scenario.place, subject);
  const recorder = new Recorder(run.history, monotonicNow());
  const atLeast = leastOf(scenario, evidence);
  recorder.record({
    type: 'run',
    version: 1,
    scenario: scenario.name,
    target: target.label,
    runtime: runtimes.choice,
    seed,
    atLeast,
    ...(evidence.of === 'file' ? {} : { evidence }),
  });
  const canary = scenario.faults?.some(({ kind }) => kind === 'plant') ? makeCanary(sandbox) : undefined;
  if (scenario.place || canary !== undefined) {
    recorder.record({
      type: 'place',
      links: readLinks(place.links, sandbox),
      ...(canary === undefined ? {} : { canary: { value: canaryValue, entries: listCanary(canary) } }),
    });
  }
  const seeds = scenario.place === 'dangling' ? [] : seedsOf(scenario, evidence);
  if (evidence.of === 'file' && scenario.place !== 'dangling') writeSeeds(place.real, seeds);

  /** Those that a fault has killed, from the moment on at which that was decided. */
  const killed = new Set<number>();
  let onRefreshing: (victim: Victim, phase: RefreshPhase) => void = () => {};
  const oauth = scenario.oauth && (await startOauth(scenario.oauth));
  const fleet = new Fleet({
    subject,
    workload,
    umask: scenario.umask,
    canary,
    oauthUrl: oauth?.url,
    token: run.clients.server || run.clients.desktop ? await createRunToken(sandbox) : undefined,
    target,
    runtimes,
    seed,
    sandbox,
    place,
    recorder,
    probed,
    seeds,
  });
  const progress = setInterval(
    () => run.onProgress({ ...recorder.tally.counts, faults: recorder.tally.faults }),
    progressMs,
  );
  const ended = new AbortController();
  try {
    await Promise.race([untilAborted(signal, ended.signal), work()]);
  } finally {
    ended.abort();
    clearInterval(progress);
    await fleet.killAll();
    oauth?.close();
    await recorder.close();
    rmSync(sandbox, { recursive: true, force: true });
  }

  function startOauth({ lifeMs }: NonNullable<Scenario['oauth']>): Promise<OauthServer> {
    return OauthServer.start({
      lifeMs,
      random: new Random(seed, 'oauth'),
      now: () => recorder.now(),
      record: (event) => recorder.record(event),
      isKilled: (pid) => killed.has(pid),
      onRefreshing: (pid, phase) => {
        const victim = fleet.running().find((member) => member.pid === pid);
        if (victim) onRefreshing(victim, phase);
      },
    });
  }

  /** Ends the faults where enough has gone wrong: on a busy machine, clients are killed sooner than others start. */
  async function enough(over: AbortSignal, endFaults: () => void): Promise<void> {
    const rest = { ref: false };
    await sleep(run.workMs, undefined, rest);
    const lateAt = performance.now() + extraMsMax + 3 * openMs;
    let last = { missing: Number.POSITIVE_INFINITY, at: 0 };
    while (!over.aborted && !signal.aborted && performance.now() < lateAt) {
      const { tally } = recorder;
      const missing = tally.missing(atLeast);
      if (missing < last.missing) last = { missing, at: performance.now() };
      if (missing === 0 || performance.now() - last.at > stallMsMax + 3 * openMs) return;
      if (tally.missingFaults(atLeast) === 0) endFaults();
      await sleep(progressMs, undefined, rest);
    }
  }

  /** What a plant has kept a writer from removing, the next one sweeps: so there must be a next one. */
  async function someWrites(): Promise<void> {
    const enough = recorder.tally.counts.acknowledged + sweepingWrites;
    const until = performance.now() + stallMsMax;
    while (recorder.tally.counts.acknowledged < enough && performance.now() < until && !signal.aborted) {
      await sleep(progressMs, undefined, { ref: false });
    }
  }

  /** Where no other program can write the target's file, the target itself does. */
  async function storeSeeds(): Promise<void> {
    if (evidence.of !== 'file' && seeds.length > 0) {
      const seeder = await fleet.runToEnd('seeder');
      if (!seeder.passed && !signal.aborted) {
        const { error = 'its set() did not return' } = seeder;
        throw new UsageError(
          `target "${target.label}" could not store what is to be there before a run: ${error}`,
        );
      }
    }
    for (const seed of seeds) recorder.record(seed);
  }

  async function work(): Promise<void> {
    await storeSeeds();
    await fleet.start(run.clients);
    const over = new AbortController();
    const calm = new AbortController();
    const faults = (scenario.faults ?? []).map((fault, index) => {
      const random = new Random(seed, `${fault.kind}-${index}`);
      return inject(fault, {
        running: () => fleet.running(),
        writers: () => fleet.writers(),
        onPausing: (listener) => {
          fleet.onPausing = listener;
        },
        onRefreshing: (listener) => {
          onRefreshing = listener;
        },
        ownFile: () => assertOwnFile(place.file, sandbox),
        isInUse: () => recorder.tally.counts.acknowledged > 0,
        ownNames: () => plainNames(fleet.artifacts, path.basename(place.real), probed.own),
        canary: canary === undefined ? undefined : { directory: canary, look: () => listCanary(canary) },
        record: (event) => {
          if (event.fault === 'kill' && event.process !== undefined) killed.add(event.process);
          recorder.record({ type: 'fault', time: recorder.now(), ...event });
        },
        random,
        signal: calm.signal,
      });
    });
    await Promise.race([enough(over.signal, () => calm.abort()), fleet.finished(over.signal)]);
    over.abort();
    calm.abort();
    await Promise.all(faults);
    if (scenario.faults?.some(({ kind }) => kind === 'plant')) await someWrites();
    await fleet.stop();
    await fleet.runToEnd(subject === 'tokens' ? 'token-audit' : 'audit');
  }
}
