import type { Choice, Strategy } from '../execution/strategy.js';
import { type Action, printSchedule, wordOf } from '../schedule/action.js';

/**
 * How a deleted token is refused on all machines, as a model: an engine that is one atomic map, verifiers that answer from memory, and
 * deleters. `src/etcd/confirmed.ts` and `registrations.ts` are the same in earnest. Choices are when the engine does each request,
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

type Registration = [key: string, value: number, changed: number];

interface Request {
  from: number;
  what: 'register' | 'load' | 'say' | 'delete' | 'strike';
  /** A copy, or a request whose sender wants no answer. */
  mute: boolean;
  key: string;
  /** What the key is to become, and what it must be. */
  value: number;
  mustBe: number;
}

interface Answer {
  from: number;
  isDone: boolean;
  tokens: boolean[];
  head: number;
  registrations: Registration[];
}

interface Verifier {
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

interface Deleter {
  isDead: boolean;
  phase: 'begin' | 'deleting' | 'waiting' | 'done';
  since: number;
  needs: number;
  silent: Registration[];
  looks: number;
}

interface World {
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

/** Something that may happen next. @returns nothing: it changes the world */
type Step = [client: number, happen: (world: World) => void];

/** Leads one execution. @returns what is wrong, with its schedule; undefined where nothing is */
function runRevocation(model: RevocationModel, strategy: Strategy): string | undefined {
  const world = newWorld(model);
  const actions: Action[] = [];
  for (;;) {
    const wrong = wrongIn(world);
    if (wrong !== undefined) return `${wrong}: ${printSchedule(actions)}`;
    const steps = new Map<Action, Step>();
    const counts: number[] = [];
    for (const step of stepsOf(model, world)) {
      const [client] = step;
      const option = counts[client] ?? 0;
      counts[client] = option + 1;
      steps.set({ do: 'run', client, option }, step);
    }
    if (steps.size === 0) break;
    for (const step of killsOf(world)) steps.set({ do: 'kill', client: step[0] }, step);
    const all = [...steps.keys()];
    const choice: Choice = {
      enabled: all.filter((action) => action.do === 'run' && action.option === 0),
      others: all.filter((action) => action.do === 'run' && action.option > 0),
      faults: all.filter((action) => action.do === 'kill'),
      last: undefined,
      step: actions.length,
      accesses: () => [{ on: 'engine', how: 'write' }],
      isExit: () => false,
      isTimer: () => false,
      state: () => stateOf(world),
    };
    const action = strategy.pick(choice);
    if (!action) return undefined;
    const step = all.find((one) => wordOf(one) === wordOf(action)) ?? action;
    steps.get(step)?.[1](world);
    actions.push(action);
  }
  strategy.end({ steps: actions.length });
  return undefined;
}

/** Searches until something is wrong, or all there is was tried. */
export function searchRevocation(model: RevocationModel, strategy: Strategy): { wrong: string | undefined } {
  while (strategy.begin()) {
    const wrong = runRevocation(model, strategy);
    if (wrong !== undefined) return { wrong };
  }
  return { wrong: undefined };
}

/** Of the numbers of changes only their order matters, of messages not even that. */
function stateOf({ now, tokens, head, registrations, verifiers, deleters, ...world }: World): string {
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

function newWorld({ verifiers, deleters, kills = 0, copies = 0, looks = 2 }: RevocationModel): World {
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
function wrongIn({ now, verifiers, deleters }: World): string | undefined {
  const verifier = verifiers.findIndex(
    ({ isDead, memory, goodUntil }) =>
      !isDead && now < goodUntil && memory.some((isIn, n) => isIn && deleters[n]?.phase === 'done'),
  );
  return verifier < 0 ? undefined : `verifier ${verifier} lets a deleted token in at ${now}`;
}

function killsOf(world: World): Step[] {
  if (world.kills === 0) return [];
  return [...world.verifiers, ...world.deleters].flatMap((process, n): Step[] => {
    const kill = (changed: World) => {
      changed.kills--;
      process.isDead = true;
    };
    return process.isDead ? [] : [[n, kill]];
  });
}

function stepsOf(model: RevocationModel, world: World): Step[] {
  const { verifiers, deleters, requests, answers } = world;
  const network = verifiers.length + deleters.length;
  const steps: Step[] = [];
  verifiers.forEach((verifier, n) => {
    const isIdle = verifier.phase === 'out' || verifier.phase === 'in';
    if (!verifier.isDead && isIdle && verifier.looks > 0)
      steps.push([n, () => beginOf(model, world, verifier, n)]);
  });
  deleters.forEach((deleter, n) => {
    const from = verifiers.length + n;
    if (!deleter.isDead) steps.push(...deletionSteps(model, world, deleter, from, n));
  });
  requests.forEach((request, n) => {
    steps.push([network, () => deliver(model, world, n)]);
    if (world.copies > 0 && !request.mute) steps.push([network, () => copy(world, request)]);
  });
  answers.forEach((answer, n) => {
    const take = () => {
      answers.splice(n, 1);
      takeAnswer(model, world, answer);
    };
    steps.push([answer.from, take]);
  });
  if (model.mistake === 'a registration is on a lease of the engine')
    world.registrations.forEach((_, n) => {
      steps.push([network, () => void world.registrations.splice(n, 1)]);
    });
  const tick = () => {
    world.now++;
  };
  if (world.now < model.ticks) steps.push([network + 1, tick]);
  return steps;
}

function send(world: World, from: number, what: Request['what'], more: Partial<Request> = {}): void {
  world.requests.push({ ...{ from, what, mute: false, key: '', value: 0, mustBe: 0 }, ...more });
}

function copy(world: World, request: Request): void {
  world.copies--;
  world.requests.push({ ...request, mute: true });
}

function keyOf(verifier: Verifier, n: number): string {
  return `${n}.${verifier.registered}`;
}

/** A verifier that has nothing under way begins: it registers, or asks whether what it knows is still so. */
function beginOf({ mistake }: RevocationModel, world: World, verifier: Verifier, n: number): void {
  const readsFirst = mistake === 'a verifier reads first and registers then';
  if (verifier.phase === 'in' || readsFirst) {
    verifier.phase = 'loading';
    verifier.sentAt = world.now;
    verifier.looks--;
    send(world, n, 'load');
    return;
  }
  verifier.phase = 'registering';
  verifier.registered++;
  send(world, n, 'register', { key: keyOf(verifier, n), value: 0 });
}

function deletionSteps(
  model: RevocationModel,
  world: World,
  deleter: Deleter,
  from: number,
  token: number,
): Step[] {
  const { mistake, life } = model;
  const { phase, since, silent } = deleter;
  const begin = () => {
    deleter.since = world.now;
    if (mistake === 'a deletion lists the verifiers before it removes')
      deleter.silent = [...world.registrations];
    deleter.phase = 'deleting';
    send(world, from, 'delete', { value: token });
  };
  const again = () => {
    deleter.looks--;
    list(model, world, deleter);
  };
  const giveUp = () => {
    for (const [key, , changed] of silent) send(world, from, 'strike', { key, mustBe: changed, mute: true });
    deleter.phase = 'done';
  };
  const steps: Step[] = [];
  if (phase === 'begin') steps.push([from, begin]);
  if (phase === 'waiting' && deleter.looks > 0) steps.push([from, again]);
  const waits = mistake === 'a deletion waits less than a confirmation lives' ? life - 1 : life;
  if (phase === 'waiting' && world.now >= since + waits) steps.push([from, giveUp]);
  return steps;
}

/** The engine does one request, at one moment. */
function deliver(model: RevocationModel, world: World, at: number): void {
  const { mistake } = model;
  const [request] = world.requests.splice(at, 1);
  if (!request) return;
  const { from, what, mute, key, value, mustBe } = request;
  const { registrations, tokens } = world;
  const place = registrations.findIndex(([one]) => one === key);
  const found = registrations[place];
  let isDone = true;
  if (what === 'register') {
    isDone = !found;
    if (isDone) registrations.push([key, value, ++world.changes]);
  } else if (what === 'say') {
    const byText = mistake === 'a word is compared by its text alone';
    isDone = found !== undefined && (byText ? found[1] === mustBe : found[2] === mustBe);
    if (isDone && found) registrations[place] = [key, value, ++world.changes];
    // An earlier copy of the same request has done it.
    else isDone = found?.[1] === value;
  } else if (what === 'strike') {
    const compares = mistake !== 'a silent verifier is struck off without a comparison';
    if (found && (!compares || found[2] === mustBe)) registrations.splice(place, 1);
  } else if (what === 'delete' && tokens[value]) {
    tokens[value] = false;
    world.head = ++world.changes;
  }
  if (mute) return;
  const { head } = world;
  const answer = { from, isDone, tokens: [...tokens], head, registrations: [...registrations] };
  if (what === 'load' || what === 'say') world.answers.push(answer);
  else takeAnswer(model, world, answer);
}

function takeAnswer(model: RevocationModel, world: World, answer: Answer): void {
  const { from } = answer;
  const verifier = world.verifiers[from];
  const deleter = world.deleters[from - world.verifiers.length];
  if (verifier && !verifier.isDead) answerVerifier(model, world, verifier, answer);
  if (deleter && !deleter.isDead) answerDeleter(model, world, deleter, answer);
}

function answerVerifier(model: RevocationModel, world: World, verifier: Verifier, answer: Answer): void {
  const { mistake, life } = model;
  const { from, isDone, tokens, head, registrations } = answer;
  const key = keyOf(verifier, from);
  const trust = () => {
    verifier.phase = 'in';
    verifier.memory = verifier.read;
    const begun = mistake === 'a confirmation counts from when its answer came' ? world.now : verifier.sentAt;
    const lasts = mistake === 'a verifier believes its memory without a confirmation' ? 100 : life;
    verifier.goodUntil = begun + lasts;
  };
  if (verifier.phase === 'registering') {
    verifier.phase = 'in';
    if (mistake === 'a verifier reads first and registers then') trust();
    return;
  }
  if (verifier.phase === 'saying') {
    if (isDone) trust();
    else verifier.phase = 'out';
    return;
  }
  verifier.read = tokens;
  if (mistake !== 'a verifier says what it knows before it goes by it') verifier.memory = tokens;
  if (mistake === 'a verifier reads first and registers then') {
    verifier.phase = 'registering';
    verifier.registered++;
    send(world, from, 'register', { key: keyOf(verifier, from), value: head });
    return;
  }
  const own = registrations.find(([one]) => one === key);
  if (!own) {
    // Struck off: what it knew before holds no longer than it did.
    verifier.phase = 'out';
    verifier.goodUntil = 0;
    return;
  }
  const [, said, changed] = own;
  if (said >= head) {
    trust();
    return;
  }
  if (mistake === 'a verifier is sure before it has said what it knows') trust();
  verifier.phase = 'saying';
  const mustBe = mistake === 'a word is compared by its text alone' ? said : changed;
  send(world, from, 'say', { key, value: head, mustBe });
}

function answerDeleter(model: RevocationModel, world: World, deleter: Deleter, answer: Answer): void {
  const { mistake } = model;
  if (mistake !== 'a deletion waits from when it was sent') deleter.since = world.now;
  deleter.needs = answer.head;
  if (mistake === 'a deletion does not wait') deleter.phase = 'done';
  else if (mistake !== 'a deletion lists the verifiers before it removes') list(model, world, deleter);
  else deleter.phase = deleter.silent.length === 0 ? 'done' : 'waiting';
}

/** Which verifiers have not said yet that they know. */
function list({ mistake }: RevocationModel, world: World, deleter: Deleter): void {
  const anyWord = mistake === 'a deletion takes any word of a verifier for its own';
  const before = new Map(deleter.silent.map(([key, , changed]) => [key, changed]));
  deleter.silent = world.registrations.filter(
    ([key, said, changed]) => said < deleter.needs && !(anyWord && (before.get(key) ?? changed) !== changed),
  );
  deleter.phase = deleter.silent.length === 0 ? 'done' : 'waiting';
}
