/**
 * What a page shows, as it is put into the page: the one contract between what makes a page and the page's own program. Times
 * are whole microseconds since the run's beginning, unless a name says otherwise.
 */

/** The data of a page, of either kind. */
export type PageData = StressPage | ExplorePage;

/** What both kinds of pages begin with. */
interface PageHead {
  /** Of the window. */
  title: string;
  /** Which colours and signs the verdict has. */
  tone: Tone;
  /** The verdict as a sentence. */
  headline: string;
  /** What it means, in a sentence or two. */
  meaning: string;
  /** Shown side by side. Null where it was not recorded. */
  facts: [name: string, value: string | null][];
  /** As typed, or one that does the same. Null where it was not recorded. */
  command: string | null;
  /** True if the command is put together from the report, as the run did not record it. */
  isCommandMade: boolean;
  notes: string[];
}

export type Tone = 'good' | 'bad' | 'open';

export interface StressPage extends PageHead {
  kind: 'stress';
  controls: ControlLine[];
  /** All runs of a scenario on a target together, in words and numbers. Null where nothing was run more than once. */
  totals: { header: string[]; rows: string[][] } | null;
  /** What the report was merged from, in a sentence. */
  shards: string[];
  scenarios: ScenarioPage[];
}

export interface ControlLine {
  scenario: string;
  target: string;
  what: string;
  count: number;
  found: boolean;
}

/** What a guarantee's check says, ready to be shown. */
export interface CheckLine {
  guarantee: string;
  result: 'valid' | 'invalid' | 'unknown';
  /** False for a valid one that is, in part, by conditions that are necessary but not sufficient. */
  isExact: boolean;
  summary: string;
}

export interface ScenarioPage {
  /** In addresses: what no other scenario of the page is called. */
  id: string;
  name: string;
  target: string;
  runtime: string;
  tone: Tone;
  verdict: string;
  /** The scenario in its own words. Null where it was not recorded. */
  title: string | null;
  why: string | null;
  seed: number;
  checks: CheckLine[];
  /** What happened, by the judge's counts: a word, a number, and whether it is a violation. */
  counts: [word: string, count: number, isBad: boolean][];
  /** The faults of the run: `28 killed`. */
  faultWords: string[];
  latency: LatencyLine[];
  reproduce: string;
  /** Null where there is no history beside the report. */
  overview: Overview | null;
  groups: Group[];
  /** True if the groups count every violation that the judge found; false where only those in the report are known. */
  isComplete: boolean;
  /** Calls and contents around the pictures, each once. */
  clients: ClientLine[];
  calls: CallRow[];
  contents: ContentRow[];
}

/** In milliseconds. */
export interface LatencyLine {
  action: string;
  p50: number;
  p99: number;
  max: number;
}

export interface ClientLine {
  name: string;
  profile: string;
}

/** The whole run, in buckets. */
export interface Overview {
  /** When the first bucket begins, and how wide each is. */
  from: number;
  width: number;
  /** That are drawn; the judge's counts have those of the final audit, too. */
  operations: number;
  /** Those of the final audit. */
  audits: number;
  writes: Series;
  reads: Series;
  /** Violations in each bucket. */
  violations: number[];
  /** Single calls: when each returned (since `from`), how long it took, 1 for a write. A sample, and the slowest of each bucket. */
  dots: [at: number, took: number, isWrite: 0 | 1][];
  faults: FaultRow[];
  /** Faults that are not in the list, as there are so many. */
  faultsLeftOut: number;
  /** For each action: shares, and how long that share took at most. */
  percentiles: { action: string; count: number; points: [share: number, took: number][] }[];
}

export interface Series {
  count: number[];
  /** Failed, or with an unknown outcome. */
  bad: number[];
  /** Of the successful ones. Null where there is none. */
  p50: (number | null)[];
  p99: (number | null)[];
}

export type FaultRow = [kind: string, from: number, to: number, client: string, detail: string, op: string];

/** Violations with the same cause, as far as is known. */
export interface Group {
  id: string;
  kind: string;
  guarantee: string;
  /** Null where it was not recorded. */
  mechanism: string | null;
  /** Which program did it, and whose entry it was. Empty where no program is known. */
  eraser: string;
  victim: string;
  count: number;
  examples: Example[];
  /** Further ones: an id, a key, and what is said. */
  more: [id: string, key: string, sentence: string][];
}

/** One violation, as the judge found it. */
export interface Example {
  /** In addresses. */
  id: string;
  kind: string;
  guarantee: string;
  sentence: string;
  lineage: string;
  key: string | null;
  /** The call whose effect is missing, or that has no place. Null where it is none. */
  victim: string | null;
  /** The calls that may have done it, the most likely first. */
  suspects: string[];
  /** Other calls that the judge names. */
  others: string[];
  isCertain: boolean;
  mechanism: string | null;
  /** Numbers of contents. Null where they were not seen, or not recorded. */
  seenIn: number | null;
  goneIn: number | null;
  base: number | null;
  /** True if the suspect's own store said what it had read. */
  isBaseExact: boolean;
  /** When the judge says that it was wrong, at the latest. */
  failsAt: number;
  /** From here no order of the calls explains what was seen. Null where no order was looked for. */
  stuckAt: number | null;
  stuckAfter: string[];
  from: number;
  to: number;
  /** Calls and contents between these times that are left out. */
  leftOut: number;
}

export type CallRow = [
  id: string,
  client: number,
  process: number,
  action: string,
  key: string,
  begin: number,
  end: number | null,
  outcome: string,
  answer: string,
  base: string,
  written: string,
];

/** A content of the file, as a foreign reader saw it. */
export type ContentRow = [
  version: number,
  from: number,
  until: number,
  /** When it was last seen unchanged. Null where that was not recorded. */
  seen: number | null,
  /** When the next one was first seen. Null for the last. */
  next: number | null,
  broken: string | null,
  entries: number,
  /** So many contents before it were missed, at least. */
  missed: number,
  added: string[],
  removed: string[],
  /** How it was written, in words: its size and time, and whether the file was replaced. */
  written: string,
];

export interface ExplorePage extends PageHead {
  kind: 'explore';
  searches: SearchPage[];
}

/** One search, and the failures that it found. */
export interface SearchPage {
  id: string;
  target: string;
  program: string;
  tone: Tone;
  verdict: string;
  counts: [word: string, count: string][];
  lines: string[];
  reproduce: string;
  failures: FailurePage[];
}

export interface FailurePage {
  id: string;
  title: string;
  guarantee: string;
  sentence: string;
  eraser: string;
  decision: string;
  origin: string[];
  replay: string;
  /** The names of the columns, one for each process. */
  lanes: string[];
  steps: StepRow[];
  /** The two steps whose order decides. */
  pair: [early: number, late: number] | null;
}

/** One step. Where several are folded, `step` is 0 and the text says so. */
export type StepRow = [step: number, lane: number, text: string, file: string, site: string];
