import { defined } from '../core/defined.js';
import type { Scenario, Subject } from '../core/scenario.js';
import { monotonicNow } from '../history/clock.js';
import type { ProgramUnderTest, SeedEvent } from '../history/events.js';
import type { Evidence, Probed } from '../history/evidence.js';
import { canaryValue, listCanary, makeCanary } from '../line/canary.js';
import { makeSandbox, type Place, readLinks } from '../line/sandbox.js';
import { seedsOf, writeSeeds } from '../line/seeds.js';
import { cutShows } from '../programs/formats/index.js';
import type { Program } from '../programs/specification.js';
import { LateRecorder } from './late-recorder.js';
import { leastOfProgram } from './plan/for-program.js';
import { Recorder } from './recorder.js';
import type { ScenarioRun } from './run-scenario.js';

/** What is there before the first client starts, and the history that it is written to. */
export interface Stage {
  /** What the scenario is about. */
  subject: Subject;
  sandbox: string;
  /** Set for a program under test. */
  home: string | undefined;
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
  repetition,
  mustFind,
  directory,
  history,
  clients,
  workload,
  workMs,
}: ScenarioRun): Stage {
  const { evidence } = probed;
  const { subject = 'credentials' } = scenario;
  const { program } = target;
  const { sandbox, home, ...place } = makeSandbox(directory, scenario.place, subject, program?.file);
  const recorder = new (probed.arrivesLate ? LateRecorder : Recorder)(history, monotonicNow());
  const atLeast = program ? leastOfProgram(scenario, probed, workMs) : leastOf(scenario, evidence);
  recorder.record({
    type: 'run',
    version: 1,
    scenario: scenario.name,
    target: program ? labelOf(target.label, probed) : target.label,
    runtime: runtimes.choice,
    seed,
    ...(repetition > 1 ? { repetition } : {}),
    ...(mustFind === undefined ? {} : { mustFind }),
    atLeast,
    ...defined({
      evidence: evidence.of === 'file' ? undefined : evidence,
      regularTokens: probed.regularTokens ? (true as const) : undefined,
      program: program && underTest(program, probed),
    }),
    title: scenario.title,
    why: scenario.why,
    planned: scenario.faults ?? [],
  });
  const canary = plants(scenario) ? makeCanary(sandbox) : undefined;
  if (scenario.place || canary !== undefined) {
    recorder.record({
      type: 'place',
      links: readLinks(place.links, sandbox),
      ...(canary === undefined ? {} : { canary: { value: canaryValue, entries: listCanary(canary) } }),
    });
  }
  const seeds =
    scenario.place === 'dangling'
      ? []
      : seedsOf({ ...scenario, clients, workload: workload ?? {} }, evidence, program);
  if (evidence.of === 'file' && scenario.place !== 'dangling') writeSeeds(place.real, seeds);
  return { subject, sandbox, home: program && home, place, recorder, canary, seeds, atLeast };
}

/** `npm 11.19.1`. */
function labelOf(label: string, { program }: Probed): string {
  return program?.version === undefined ? label : `${label} ${program.version}`;
}

function underTest(
  { name, format, list, isPrivate, isStrict, slowMs }: Program,
  { program }: Probed,
): ProgramUnderTest {
  const { version } = program ?? {};
  return {
    name,
    ...defined({ version }),
    cutShows: list === undefined && cutShows(format),
    isPrivate,
    isStrict,
    ...defined({ slowMs }),
  };
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
