/**
 * How a deleted token is refused on all machines, as a model: an engine that is one atomic map, verifiers that answer from memory, and
 * deleters. `confirmed.ts` and `registrations.ts` of `src/store/backend` are the same in earnest. Choices are when the engine does each request,
 * when a verifier gets the answer to a read or to its word, when each process goes on, and when time passes: a process that is paused is one that
 * is not chosen meanwhile. All other answers come at once: until they come their process does nothing, and nothing depends on when.
 */
export interface RevocationModel {
  verifiers: number;
  /** Each deletes a token of its own. */
  deleters: number;
  /** When the time of the model ends, and how long a confirmation holds. */
  ticks: number;
  life: number;
  kills?: number;
  /** How many requests may be done a second time: the client has asked another member. */
  copies?: number;
  /** How often each verifier reads, and each deleter looks again. */
  looks?: number;
  mistake?: Mistake;
}

/** What the protocol would be without one of its rules. */
export const mistakes = {
  'a verifier believes its memory without a confirmation': {},
  'a verifier reads first and registers then': {},
  'a confirmation counts from when its answer came': {},
  'a verifier is sure before it has said what it knows': { deleters: 2, ticks: 1 },
  'a verifier says what it knows before it goes by it': { looks: 2 },
  'a registration is on a lease of the engine': {},
  'a deletion does not wait': {},
  'a deletion waits less than a confirmation lives': {},
  'a deletion waits from when it was sent': {},
  'a deletion takes any word of a verifier for its own': { deleters: 2, looks: 2 },
  'a deletion lists the verifiers before it removes': {},
  'a silent verifier is struck off without a comparison': { deleters: 2, looks: 2 },
  'a word is compared by its text alone': { deleters: 2, ticks: 1, copies: 1 },
} satisfies Record<string, Partial<RevocationModel>>;
export type Mistake = keyof typeof mistakes;

export type Registration = [key: string, value: number, changed: number];

export interface Request {
  from: number;
  what: 'register' | 'load' | 'say' | 'delete' | 'strike';
  /** A copy, or a request whose sender wants no answer. */
  mute: boolean;
  key: string;
  /** What the key is to become, and what it must be. */
  value: number;
  mustBe: number;
}

export interface Answer {
  from: number;
  isDone: boolean;
  tokens: boolean[];
  head: number;
  registrations: Registration[];
}

export interface Verifier {
  isDead: boolean;
  phase: 'out' | 'registering' | 'in' | 'loading' | 'saying';
  registered: number;
  /** What it goes by, and what it has read last. */
  memory: boolean[];
  read: boolean[];
  sentAt: number;
  goodUntil: number;
  looks: number;
}

export interface Deleter {
  isDead: boolean;
  phase: 'begin' | 'deleting' | 'waiting' | 'done';
  since: number;
  needs: number;
  silent: Registration[];
  looks: number;
}

export interface World {
  now: number;
  changes: number;
  head: number;
  tokens: boolean[];
  registrations: Registration[];
  verifiers: Verifier[];
  deleters: Deleter[];
  requests: Request[];
  answers: Answer[];
  kills: number;
  copies: number;
}

/** Of the numbers of changes only their order matters, of messages not even that. */
export function stateOf({ now, tokens, head, registrations, verifiers, deleters, ...world }: World): string {
  const { requests, answers, kills, copies } = world;
  const seen = [0, head, ...deleters.map(({ needs }) => needs)];
  for (const [, said, changed] of [...registrations, ...answers.flatMap((one) => one.registrations)])
    seen.push(said, changed);
  for (const { value, mustBe, what } of requests) seen.push(mustBe, ...(what === 'say' ? [value] : []));
  for (const { silent } of deleters) for (const [, said, changed] of silent) seen.push(said, changed);
  const order = new Map([...new Set(seen)].sort((a, b) => a - b).map((number, rank) => [number, rank]));
  const rank = (number: number) => order.get(number);
  const ranked = (all: readonly Registration[]) =>
    all.map(([key, said, changed]) => [key, rank(said), rank(changed)].join()).sort();
  return JSON.stringify([
    ...[now, kills, copies, rank(head), tokens, ranked(registrations)],
    verifiers.map(({ goodUntil, ...one }) => [Object.values(one), Math.max(0, goodUntil - now)]),
    deleters.map(({ needs, silent, ...one }) => [Object.values(one), rank(needs), ranked(silent)]),
    requests
      .map(({ value, mustBe, ...one }) =>
        [...Object.values(one), one.what === 'say' ? rank(value) : value, rank(mustBe)].join(),
      )
      .sort(),
    answers.map((one) => [one.from, one.isDone, one.tokens, rank(one.head), ranked(one.registrations)]),
  ]);
}

export function newWorld({ verifiers, deleters, kills = 0, copies = 0, looks = 2 }: RevocationModel): World {
  const tokens = Array.from({ length: deleters }, () => true);
  return {
    ...{ now: 0, changes: 1, head: 1, tokens, registrations: [], requests: [], answers: [], kills, copies },
    verifiers: Array.from({ length: verifiers }, () => ({
      ...{ isDead: false, phase: 'out' as const, registered: 0, memory: [], read: [] },
      ...{ sentAt: 0, goodUntil: 0, looks },
    })),
    deleters: tokens.map(() => ({
      ...{ isDead: false, phase: 'begin' as const, since: 0, needs: 0, silent: [], looks },
    })),
  };
}

/** A token is let in though its deletion has returned. */
export function wrongIn({ now, verifiers, deleters }: World): string | undefined {
  const verifier = verifiers.findIndex(
    ({ isDead, memory, goodUntil }) =>
      !isDead && now < goodUntil && memory.some((isIn, n) => isIn && deleters[n]?.phase === 'done'),
  );
  return verifier < 0 ? undefined : `verifier ${verifier} lets a deleted token in at ${now}`;
}
