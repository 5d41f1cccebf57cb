import type { FindingKind } from '../../../core/verdict.js';
import type { Example, Group } from '../data.js';
import type { RecordedFinding } from './recorded.js';
import { sentenceMax, shortened } from './shortened.js';

const moreMax = 100;
/** Of all groups of a run together: each picture brings some hundred calls and contents into the page. Groups beyond that have none. */
const drawnMax = 160;
/** And so many sentences in all. */
const namedMax = 3000;

/** The worst first, as in every output. */
const order: readonly FindingKind[] = [
  ...(['followed-link', 'disclosed', 'lost-update', 'lost-seed', 'dropped-unknown', 'resurrection'] as const),
  ...(['torn-read', 'torn-file', 'garbage-read', 'stale-read', 'contradiction', 'logged-out'] as const),
  ...(['token-reused', 'needless-refresh', 'replaced-link', 'loose-mode', 'leftover', 'unusable'] as const),
  ...(['hung', 'starved', 'crashed'] as const),
];

interface Gathered extends Omit<Group, 'examples' | 'id'> {
  best: { finding: RecordedFinding; score: number }[];
}

/** Groups findings as they come by what went wrong and who took part; of each group it keeps some, the clearest. */
export class Groups {
  private readonly groups = new Map<string, Gathered>();

  constructor(private readonly examplesMax: number) {}

  add(finding: RecordedFinding): void {
    const { kind, guarantee, mechanism = null, operations, blame } = finding;
    const [suspect] = blame?.suspects ?? [];
    const victim =
      kind === 'torn-file' || kind === 'lost-seed' || kind === 'dropped-unknown' ? undefined : operations[0];
    const [eraser, whose] = [profileOf(suspect), profileOf(victim)];
    const name = JSON.stringify([kind, guarantee, mechanism, eraser, whose]);
    let group = this.groups.get(name);
    if (group === undefined) {
      group = { kind, guarantee, mechanism, eraser, victim: whose, count: 0, best: [], more: [] };
      this.groups.set(name, group);
    }
    group.count++;
    const { best, more } = group;
    const score = unclearness(finding);
    const worst = best.at(-1);
    const isKept = best.length < this.examplesMax || (worst !== undefined && score < worst.score);
    if (isKept) {
      best.push({ finding, score });
      best.sort((a, b) => a.score - b.score);
      const [dropped] = best.splice(this.examplesMax);
      if (dropped !== undefined) list(more, dropped.finding);
    } else list(more, finding);
  }

  /** @returns the groups, the worst kinds first, and the findings to be drawn, by their place in the groups */
  finish(toExample: (finding: RecordedFinding, id: string) => Example, prefix: string): Group[] {
    const rank = ({ kind }: Gathered) => (order as readonly string[]).indexOf(kind);
    // Where a call is to blame there is more to see.
    const isBlamed = ({ eraser }: Gathered) => Number(eraser !== '');
    const sorted = [...this.groups.values()].sort(
      (a, b) => rank(a) - rank(b) || isBlamed(b) - isBlamed(a) || b.count - a.count,
    );
    const used = new Set<string>();
    const unique = (wanted: string) => {
      let id = wanted;
      for (let n = 2; used.has(id); n++) id = `${wanted}-${n}`;
      used.add(id);
      return id;
    };
    const drawn = Math.max(1, Math.floor(drawnMax / sorted.length));
    const named = Math.max(1, Math.floor(namedMax / sorted.length));
    return sorted.map(({ best, ...group }, place) => {
      const id = unique(`${prefix}/${group.kind}`);
      for (const { finding } of best.splice(place < drawnMax ? drawn : 0)) list(group.more, finding);
      group.more.splice(named);
      const examples = best.map(({ finding }) => toExample(finding, unique(`${id}/${subjectOf(finding)}`)));
      return { ...group, id, examples };
    });
  }
}

/** Adds a finding that is not drawn to those that are named. */
function list(more: Group['more'], { key = '', operations, sentence }: RecordedFinding): void {
  if (more.length < moreMax)
    more.push([operations[0] ?? '', shortened(key), shortened(sentence, sentenceMax)]);
}

/** What a finding is about, in an address. */
function subjectOf({ operations, key, versions, from }: RecordedFinding): string {
  return (
    operations[0] ??
    (key === undefined ? undefined : shortened(key)) ??
    (versions?.goneIn === undefined ? `${Math.round(from / 1e3)}us` : `v${versions.goneIn}`)
  );
}

/** `tui` for the operation `tui-1.0.17`. */
function profileOf(operation: string | undefined): string {
  return operation === undefined ? '' : clientOf(operation).replace(/-\d+$/, '');
}

function clientOf(operation: string): string {
  return operation.split('.').slice(0, -2).join('.');
}

/** The less, the better it is as an example: short, one suspect, and what it had read is known. */
function unclearness({ from, to, blame, versions, operations, kind }: RecordedFinding): number {
  const [suspect] = blame?.suspects ?? [];
  const isOwn =
    suspect !== undefined && operations[0] !== undefined && clientOf(suspect) === clientOf(operations[0]);
  const isErased = kind === 'lost-update' || kind === 'lost-seed' || kind === 'dropped-unknown';
  return (
    Math.log2(Math.max(2e5, to - from)) +
    (isErased && suspect === undefined ? 8 : 0) +
    (blame?.certain || (blame?.suspects.length ?? 1) === 1 ? 0 : 2) +
    (versions?.base === undefined ? 3 : 0) +
    (versions?.seenIn === undefined ? 2 : 0) +
    (versions?.isBaseExact ? -1 : 0) +
    (isOwn ? 3 : 0)
  );
}
