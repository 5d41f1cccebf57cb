import type { CallRow, ContentRow, Example, ScenarioPage } from '../../data.js';

/** A call, by names. */
export interface Call {
  id: string;
  client: string;
  process: number;
  action: string;
  key: string;
  begin: number;
  /** Null if it never returned. */
  end: number | null;
  outcome: string;
  answer: string;
  base: string;
  written: string;
}

/** A content of the file, by names. */
export interface Content {
  version: number;
  from: number;
  until: number;
  seen: number | null;
  next: number | null;
  broken: string | null;
  entries: number;
  missed: number;
  added: string[];
  removed: string[];
  written: string;
}

/**
 * What is known of a scenario's calls and contents, to be looked up. A page may have tens of thousands of rows, and a picture shows a
 * hundred of them: only what is asked for is made an object.
 */
export class Facts {
  constructor(private readonly scenario: ScenarioPage) {}

  get hasCalls(): boolean {
    return this.scenario.calls.length > 0;
  }

  get hasContents(): boolean {
    return this.scenario.contents.length > 0;
  }

  call(id: string): Call | undefined {
    const row = this.scenario.calls.find((one) => one[0] === id);
    return row && toCall(row, this.scenario);
  }

  content(version: number): Content | undefined {
    const row = this.scenario.contents.find((one) => one[0] === version);
    return row && toContent(row);
  }

  /** A call that never returned goes on. */
  callsIn({ from, to }: Span): Call[] {
    const isIn = (row: CallRow) => row[5] <= to && (row[6] ?? to) >= from;
    return this.scenario.calls.filter(isIn).map((row) => toCall(row, this.scenario));
  }

  /** Each is there until the next was first seen. */
  contentsIn({ from, to }: Span): Content[] {
    const isIn = (row: ContentRow) => row[1] <= to && (row[4] ?? to) >= from;
    return this.scenario.contents.filter(isIn).map(toContent);
  }

  /** The first content that a write was seen in. @param written an entry, as contents list it */
  firstWith(written: string): Content | undefined {
    const row = this.scenario.contents.find((one) => one[8].includes(written));
    return row && toContent(row);
  }

  /** The content that was seen broken at that time. */
  brokenAt(time: number): Content | undefined {
    const row = this.scenario.contents.find(
      ([, from, , , , broken]) => broken !== null && Math.abs(from - time) <= 1,
    );
    return row && toContent(row);
  }
}

function toCall(row: CallRow, { clients }: ScenarioPage): Call {
  const [id, client, process, action, key, begin, end, outcome, answer, base, written] = row;
  const name = clients[client]?.name ?? '';
  return { id, client: name, process, action, key, begin, end, outcome, answer, base, written };
}

function toContent(row: ContentRow): Content {
  const [version, from, until, seen, next, broken, entries, missed, added, removed, written] = row;
  return { version, from, until, seen, next, broken, entries, missed, added, removed, written };
}

/** Who and what a violation is about. */
export interface Cast {
  victim: Call | undefined;
  /** The most likely one of those that may have done it. */
  eraser: Call | undefined;
  suspects: Call[];
  /** Calls that show it, or that the judge names for another reason. */
  others: Call[];
  /** The last content with the entry, the first without it, and the one that the eraser had read. */
  seen: Content | undefined;
  gone: Content | undefined;
  base: Content | undefined;
  /** The first content in which the victim's write was seen, and when, where that is in the page. */
  firstWith: number | undefined;
  firstSeenAt: number | undefined;
}

export function castOf(scenario: ScenarioPage, example: Example): Cast {
  const facts = new Facts(scenario);
  const call = (id: string | null) => (id === null ? undefined : facts.call(id));
  const calls = (ids: readonly string[]) => ids.flatMap((id) => facts.call(id) ?? []);
  const content = (version: number | null) => (version === null ? undefined : facts.content(version));
  const suspects = calls(example.suspects);
  const torn = example.kind === 'torn-file' ? facts.brokenAt(example.from) : undefined;
  const first =
    example.victim !== null && example.key !== null
      ? facts.firstWith(`${example.key} = ${example.victim}`)
      : undefined;
  return {
    firstWith: first?.version,
    firstSeenAt: first?.from,
    victim: call(example.victim),
    eraser: suspects[0],
    suspects,
    others: calls(example.others),
    seen: content(example.seenIn),
    gone: torn ?? content(example.goneIn),
    base: content(example.base),
  };
}

/** True for kinds in which an entry that had to stay is gone. */
export function isLoss({ kind }: Pick<Example, 'kind'>): boolean {
  return kind === 'lost-update' || kind === 'lost-seed' || kind === 'dropped-unknown';
}

export interface Span {
  from: number;
  to: number;
}

/** What a picture shows at first: what the judge names, and a little around it. */
export function focusOf(scenario: ScenarioPage, example: Example): Span {
  const { victim, eraser, others, seen, gone, base } = castOf(scenario, example);
  const points: number[] = [];
  if (gone !== undefined) points.push(gone.from, gone.until);
  for (const call of [victim, eraser, ...(isLoss(example) && gone !== undefined ? [] : others)]) {
    if (call === undefined) continue;
    points.push(call.begin);
    if (call.end !== null) points.push(call.end);
  }
  if (seen !== undefined && victim === undefined && gone !== undefined)
    points.push(Math.max(seen.from, gone.from - 20_000));
  if (points.length === 0 || (gone === undefined && victim === undefined))
    points.push(example.from, example.to);
  if (gone === undefined && isLoss(example) && victim !== undefined) points.push(example.failsAt);
  const begin = Math.min(...points);
  const end = Math.max(...points);
  const early = base === undefined ? begin : Math.max(base.from, begin - 0.25 * (end - begin));
  const from = Math.min(begin, early);
  const pad = Math.max(150, (end - from) * 0.1);
  return { from: from - pad, to: end + pad };
}

/** All that a picture can show: as far as one can zoom out. */
export function fullSpanOf(scenario: ScenarioPage, example: Example): Span {
  const focus = focusOf(scenario, example);
  const pad = Math.max(400, 0.3 * (example.to - example.from));
  return { from: Math.min(focus.from, example.from - pad), to: Math.max(focus.to, example.to + pad) };
}
