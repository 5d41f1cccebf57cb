import * as v from 'valibot';

/** The last use of a busy token is noted this often. */
const everyMs = 60_000;

const schema = /* @__PURE__ */ timesSchema();

function timesSchema() {
  return v.record(v.string(), v.pipe(v.number(), v.safeInteger()));
}

/** A key among the ids whose value is a time: the notes of uses before it were damaged, so those are unknown. */
const lostKey = '*';

/** Milliseconds since 1970; null: never; 'unknown': the notes can't be read, or were damaged. */
export type LastUse = number | null | 'unknown';

/** Id to milliseconds since 1970. A map: `toString` is an id like others. */
export type UsedAt = Map<string, number>;

/** What the notes say, or why they say nothing. */
export class LastUses {
  constructor(
    readonly times: ReadonlyMap<string, number>,
    readonly unreadable?: { file: string; reason: string },
  ) {}

  /** @param createdAt undefined where that is not known */
  of(id: string, createdAt: number | undefined): LastUse {
    if (this.unreadable) return 'unknown';
    const at = this.times.get(id);
    if (at !== undefined) return at;
    const lostAt = this.times.get(lostKey);
    return lostAt === undefined || (createdAt !== undefined && createdAt > lostAt) ? null : 'unknown';
  }
}

/** @param place stands for the notes in what is reported */
export function decodeUses(text: string, place: string): LastUses {
  const unreadable = (reason: string) => new LastUses(new Map(), { file: place, reason });
  const json = parse(text);
  if (json === undefined) return unreadable(`its ${Buffer.byteLength(text)} bytes are not JSON`);
  const result = v.safeParse(schema, json);
  if (!result.success) return unreadable('an object of times was expected, and it is another JSON value');
  return new LastUses(new Map(Object.entries(result.output)));
}

export function encodeUses(times: UsedAt): string {
  return JSON.stringify(Object.fromEntries(times));
}

/**
 * Returns the notes with these uses, which replace none that is later. What can't be read is replaced, and known to be lost.
 * @param countMax how many are kept: the oldest uses are dropped, and known to be lost
 */
export function withUses(before: LastUses, uses: UsedAt, countMax = Number.POSITIVE_INFINITY): UsedAt {
  const all = new Map(before.times);
  const now = Math.max(...uses.values());
  if (before.unreadable) all.set(lostKey, now);
  for (const [id, at] of uses) all.set(id, Math.max(at, all.get(id) ?? 0));
  if (all.size <= countMax) return all;
  const kept = [...all].filter(([id]) => id !== lostKey).toSorted(([, one], [, other]) => other - one);
  return new Map([[lostKey, now], ...kept.slice(0, countMax - 1)]);
}

/** Undefined for what is not JSON. The error's text quotes the document, so it is dropped on purpose. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The uses that are to be written: of each token at most one in a minute. */
export class PendingUses {
  readonly #noted = new Map<string, number>();
  #pending: UsedAt = new Map();

  /** @returns undefined where it need not be written, else whether it is the first one of this token */
  add(id: string, now: number): { isFirst: boolean } | undefined {
    const before = this.#noted.get(id);
    if (before !== undefined && now - before < everyMs && now >= before) return undefined;
    this.#noted.set(id, now);
    this.#pending.set(id, now);
    return { isFirst: before === undefined };
  }

  /** @returns what is to be written now, which is not pending any more; undefined where nothing is */
  take(): UsedAt | undefined {
    if (this.#pending.size === 0) return undefined;
    const uses = this.#pending;
    this.#pending = new Map();
    return uses;
  }

  /** The next use of each of these is written: they were not. */
  giveBack(uses: UsedAt): void {
    for (const id of uses.keys()) this.#noted.delete(id);
  }
}
