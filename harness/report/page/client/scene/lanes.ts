import type { Sheet } from './compose.js';
import { isLoss } from './facts.js';

/** One row of a picture. */
export interface Lane {
  /** A client's name, or what else is in it. */
  name: string;
  note: string;
  kind: 'process' | 'neighbour' | 'value' | 'file';
  y: number;
  tall: number;
}

export interface Lanes {
  /** By client. */
  ofClient: ReadonlyMap<string, Lane>;
  all: readonly Lane[];
  value: Lane | undefined;
  file: Lane | undefined;
  /** Between the file and who wrote it wrongly: here the arrows are. */
  arrowsAt: number;
  bottom: number;
  /** Clients that have calls here and no lane. */
  unshown: readonly string[];
}

const sizes = { process: 30, neighbour: 9, value: 16, file: 42 } as const;
const neighboursMax = 6;

/**
 * Who wrote is above the file and who erased below it, as that is the way of the data: down from the writer into the file, down from an
 * older content to the eraser, and up from the eraser into the content that lacks the entry.
 *
 * Where it is narrow, each lane's name stands above it.
 */
export function lanesOf({
  example,
  facts,
  cast,
  calls,
  isNarrow,
}: Pick<Sheet, 'example' | 'facts' | 'cast' | 'calls' | 'isNarrow'>): Lanes {
  const { victim, eraser, suspects, others, gone } = cast;
  const above = victim?.client;
  const below = [eraser, ...suspects, ...others]
    .flatMap((call) => call?.client ?? [])
    .filter((client, at, all) => client !== above && all.indexOf(client) === at)
    .slice(0, 3);
  const mains = [...(above === undefined ? [] : [above]), ...below];
  const rest = [...new Set(calls.map(({ client }) => client))]
    .filter((client) => !mains.includes(client) && client !== 'audit')
    .sort();
  const processOf = (client: string) => calls.find((call) => call.client === client)?.process;

  const head = isNarrow ? 15 : 0;
  const all: Lane[] = [];
  let y = 42;
  const add = (name: string, note: string, kind: Lane['kind'], after: number) => {
    const lane: Lane = { name, note, kind, y: y + head, tall: sizes[kind] };
    all.push(lane);
    y = lane.y + lane.tall + after;
    return lane;
  };
  const process = (client: string, after: number) => {
    const pid = [...(victim ? [victim] : []), ...suspects, ...others].find(
      (call) => call.client === client,
    )?.process;
    const shown = pid ?? processOf(client);
    return add(client, shown === undefined ? '' : `pid ${shown}`, 'process', after);
  };
  if (above !== undefined) process(above, 22);
  const hasFile = facts.hasContents;
  const value =
    hasFile && isLoss(example) && gone !== undefined ? add('', 'the entry', 'value', 3) : undefined;
  const file = hasFile ? add('the file', 'as a reader saw it', 'file', 0) : undefined;
  const arrowsAt = y;
  y += below.length > 0 ? 56 : 26;
  for (const client of below) process(client, 16);
  const shown = rest.slice(0, neighboursMax);
  if (shown.length > 0) y += isNarrow ? 18 : 8;
  for (const client of shown) {
    all.push({ name: client, note: '', kind: 'neighbour', y, tall: sizes.neighbour });
    y += 16;
  }
  return {
    ofClient: new Map(
      all.flatMap((lane) =>
        lane.kind === 'process' || lane.kind === 'neighbour' ? [[lane.name, lane] as const] : [],
      ),
    ),
    all,
    value,
    file,
    arrowsAt,
    bottom: y + 2,
    unshown: rest.slice(neighboursMax),
  };
}
