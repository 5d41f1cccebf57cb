import type { Progress, Whole } from '../../core/progress.js';
import type { ControlReport, Report, ScenarioReport } from '../../core/report.js';
import { assemble } from '../page/assemble.js';
import type { StressPage } from '../page/data.js';
import type { LiveProgress } from '../page/live-progress.js';
import { scenarioPage } from '../page/make/scenario.js';
import { controlsOf, examplesMaxFor, headOf, idsOf, stressPage } from '../page/make/stress.js';
import { LiveServer } from './live-server.js';

/** The page of a run while it goes on. Scenarios that have ended are shown whole, and of the current one its numbers. */
export class LiveRun {
  readonly #scenarios: ScenarioReport[] = [];
  readonly #controls: ControlReport[] = [];
  readonly #pages: StressPage['scenarios'] = [];
  #page: StressPage = firstPage;
  /** Pages are made one after another, while the run goes on. */
  #making: Promise<void> = Promise.resolve();
  #out = '';
  #of = 1;

  private constructor(private readonly server: LiveServer) {}

  /** Starts the server, of a run that has not begun. */
  static async start(): Promise<LiveRun> {
    const made: { run?: LiveRun } = {};
    const server = await LiveServer.start(() =>
      assemble(made.run === undefined ? firstPage : made.run.#page, { events: 'events' }),
    );
    made.run = new LiveRun(server);
    return made.run;
  }

  /** Where the page is. It has a secret in it, without which nothing is answered. */
  get address(): string {
    return this.server.address;
  }

  /** Takes what the run says of itself. */
  add(progress: Progress): void {
    if (progress.type === 'begin') {
      this.#out = progress.out;
      this.#of = progress.of;
    } else if (progress.type === 'end') this.#ended(progress);
    else if (progress.type !== 'note') this.server.send('progress', toLive(progress, progress.whole));
  }

  /** Shows the finished report, and ends the server: a page that is open has all of it, and needs none. */
  async finish(report: Report, out: string): Promise<void> {
    await this.#making;
    this.#show(await stressPage(report, out));
    this.server.send('end', { text: `The run has ended. This page is kept in ${out}/report.html.` });
    await this.server.close();
  }

  /** For a run that has no report. */
  async abandon(): Promise<void> {
    this.server.send('end', { text: 'The run ended without a report.' });
    await this.server.close();
  }

  #ended({ isControl, report }: Extract<Progress, { type: 'end' }>): void {
    if (isControl) this.#controls.push(report as ControlReport);
    else this.#scenarios.push(report);
    const [scenarios, controls] = [[...this.#scenarios], [...this.#controls]];
    // A page that can't be made is no reason to end a run: the one of the finished run will say why.
    this.#making = this.#making.then(() => this.#make(scenarios, controls)).catch(() => {});
  }

  async #make(scenarios: ScenarioReport[], controls: ControlReport[]): Promise<void> {
    const ids = idsOf({ scenarios });
    for (const [at, run] of scenarios.entries())
      this.#pages[at] ??= await scenarioPage(run, {
        out: this.#out,
        id: ids[at] ?? '',
        start: run.files?.start ?? 0,
        examplesMax: examplesMaxFor(this.#of),
      });
    const report: Report = { ...emptyReport, seed: scenarios[0]?.seed ?? 0, scenarios, controls };
    this.#show({
      ...headOf(report),
      ...unfinished(report),
      kind: 'stress',
      controls: controlsOf(report),
      totals: null,
      shards: [],
      scenarios: [...this.#pages],
    });
  }

  #show(page: StressPage): void {
    this.#page = page;
    this.server.send('page', page);
  }
}

const emptyReport: Report = {
  schema: 1,
  result: 'unknown',
  seed: 0,
  durationMs: 0,
  controls: [],
  scenarios: [],
};

/** What is said of a run that goes on: a violation is one already, but nothing else is decided. */
function unfinished({
  scenarios,
}: Report): Pick<
  StressPage,
  'title' | 'tone' | 'headline' | 'meaning' | 'command' | 'isCommandMade' | 'notes'
> {
  const broken = scenarios.filter(({ result }) => result === 'invalid');
  const ended = `${scenarios.length} ${scenarios.length === 1 ? 'scenario has' : 'scenarios have'} ended`;
  return {
    title: `Stress run: ${broken.length > 0 ? 'invalid so far' : 'under way'}`,
    tone: broken.length > 0 ? 'bad' : 'open',
    headline: broken.length > 0 ? 'A guarantee was violated' : 'The run goes on',
    meaning:
      broken.length > 0
        ? `${ended}, ${broken.length} of them with a violation. The run goes on.`
        : `${ended}, and no guarantee was violated so far. What is not finished proves nothing.`,
    command: null,
    isCommandMade: false,
    notes: [],
  };
}

function toLive(progress: Extract<Progress, { type: 'work' | 'judge' }>, whole: Whole): LiveProgress {
  const isJudging = progress.type === 'judge';
  return {
    label: progress.label,
    ...whole,
    acknowledged: isJudging ? 0 : progress.acknowledged,
    faults: isJudging ? 0 : progress.faults,
    isJudging,
  };
}

/** Before the first scenario has ended. */
const firstPage: StressPage = {
  ...headOf(emptyReport),
  ...unfinished(emptyReport),
  kind: 'stress',
  controls: [],
  totals: null,
  shards: [],
  scenarios: [],
};
