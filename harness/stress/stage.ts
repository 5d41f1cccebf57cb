import type { Scenario, Subject } from '../core/scenario.js';
import { monotonicNow } from '../history/clock.js';
import type { SeedEvent } from '../history/events.js';
import type { Evidence } from '../history/evidence.js';
import { canaryValue, listCanary, makeCanary } from '../line/canary.js';
import { makeSandbox, type Place, readLinks } from '../line/sandbox.js';
import { seedsOf, writeSeeds } from '../line/seeds.js';
import { Recorder } from './recorder.js';
import type { ScenarioRun } from './run-scenario.js';

/** What is there before the first client starts, and the history that it is written to. */
export interface Stage {
  /** What the scenario is about. */
  subject: Subject;
  sandbox: string;
  place: Place;
  recorder: Recorder;
  /** The directory outside the store's own that no process may touch; undefined where no fault plants anything. */
  canary: string | undefined;
  seeds: readonly SeedEvent[];
  /** What must happen for the run to count. */
  atLeast: Readonly<Record<string, number>>;
}

/** Makes the run's directory, and begins its history. Seeds are written here only where the file itself shows entries. */
export function setStage({
  scenario,
  target,
  probed,
  runtimes,
  seed,
  directory,
  history,
}: ScenarioRun): Stage {
  const { evidence } = probed;
  const { subject = 'credentials' } = scenario;
  const { sandbox, ...place } = makeSandbox(directory, scenario.place, subject);
  const recorder = new Recorder(history, monotonicNow());
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
  const canary = plants(scenario) ? makeCanary(sandbox) : undefined;
  if (scenario.place || canary !== undefined) {
    recorder.record({
      type: 'place',
      links: readLinks(place.links, sandbox),
      ...(canary === undefined ? {} : { canary: { value: canaryValue, entries: listCanary(canary) } }),
    });
  }
  const seeds = scenario.place === 'dangling' ? [] : seedsOf(scenario, evidence);
  if (evidence.of === 'file' && scenario.place !== 'dangling') writeSeeds(place.real, seeds);
  return { subject, sandbox, place, recorder, canary, seeds, atLeast };
}

/** True if a fault plants links and directories beside the file. */
export function plants({ faults }: Scenario): boolean {
  return faults?.some(({ kind }) => kind === 'plant') === true;
}

/** Where no foreign reader looks on, it meets no contents. */
function leastOf({ atLeast }: Scenario, { of }: Evidence): Record<string, number> {
  const { versions: _, ...others } = atLeast;
  return of === 'store' ? others : { ...atLeast };
}
