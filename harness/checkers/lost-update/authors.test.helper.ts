import type { HistoryEvent, ValueId } from '../../history/events.js';
import { type Run, toRun } from '../../history/run.js';
import type { Random } from '../../workload/random.js';
import { type Pace, pickPace, pickStyle, type Style } from './author-styles.test.helper.js';

type Content = Readonly<Record<string, ValueId>>;

/** One whole content that came into the file, and whose. */
export interface Write {
  time: number;
  before: Content;
  after: Content;
  /** Ids of the operations that it carries. */
  authors: string[];
}

export interface Simulated {
  run: Run;
  /** Those that the run was made from. */
  events: HistoryEvent[];
  style: Style;
  /** All writes in their order: nothing of this is in the run. */
  writes: Write[];
  /** The moments of the looks, by their versions. */
  looks: ReadonlyMap<number, number>;
}

/** Sentences tell times to a thousandth of a millisecond. */
const unitNs = 1e6;

/** A process under way: yields how long it takes until it goes on. */
type Life = Generator<number, void>;

/**
 * Simulates clients of one file that each read it, change one entry and write it back, without a lock; and a foreign reader
 * that looks now and then. An operation's interval contains all that it did (but for a store that acknowledges before it
 * writes), and a look's interval the moment of the look; how much wider they are is chance.
 */
export function simulateAuthors(random: Random): Simulated {
  return new Simulation(random).result();
}

class Simulation {
  private now = 1000;
  private readonly events: HistoryEvent[] = [];
  private readonly writes: Write[] = [];
  private readonly looks = new Map<number, number>();
  /** Of the last whole content. */
  private content: Content = {};
  /** It has been cut to nothing, and what comes instead is not yet there. */
  private isCut = false;
  private cut: Pick<Write, 'time' | 'authors'> | undefined;
  private readonly lives = new Set<{ life: Life; at: number; process: number }>();
  private processes = 0;
  private readonly style: Style;
  private readonly pace: Pace;

  constructor(private readonly random: Random) {
    this.style = pickStyle(random);
    this.pace = pickPace(random);
    const { evidence: of } = this.style;
    this.events.push({
      type: 'run',
      version: 1,
      scenario: 'authors',
      target: 'simulated',
      seed: 0,
      atLeast: {},
      ...(of === 'file' ? {} : { evidence: { of } }),
    });
  }

  result(): Simulated {
    const { random } = this;
    for (let n = random.int(1, 2); n > 0; n--) this.seed(`seeded${n}`, `seed.${n}`);
    const clients = random.int(2, 4);
    for (let client = 0; client < clients; client++) this.start(`c${client}`, 0);
    if (random.oneIn(4)) this.startRogue();
    const observers =
      this.style.evidence === 'file' ? [{ life: this.observe(), at: this.now, process: 0 }] : [];
    while (this.lives.size > 0) {
      const next = [...observers, ...this.lives].reduce((a, b) => (b.at < a.at ? b : a));
      this.now = Math.max(this.now + 1, next.at);
      const { value, done } = next.life.next();
      if (done) this.lives.delete(next);
      else next.at = this.now + value;
    }
    // By one who was killed then: nothing else will come.
    if (this.isCut && this.cut) this.writes.push({ ...this.cut, before: this.content, after: {} });
    if (this.style.evidence === 'store') this.audit();
    const time = this.now + 100;
    const found = this.isCut
      ? { broken: 'it is empty', entries: {} }
      : { broken: null, entries: this.content };
    this.events.push({ type: 'final', time, ...found, leftovers: [] });
    const events = this.events.map((event) => ({
      ...event,
      ...('time' in event ? { time: event.time * unitNs } : {}),
      ...('until' in event ? { until: event.until * unitNs } : {}),
    }));
    const writes = this.writes.map((write) => ({ ...write, time: write.time * unitNs }));
    return { run: toRun(events), events, style: this.style, writes, looks: this.looks };
  }

  /** The end of a run without looks: what a fresh process finds. */
  private audit(): void {
    const by = { client: 'audit', process: ++this.processes };
    const time = this.now + 50;
    this.events.push({ type: 'start', time, ...by, access: 'file' });
    this.events.push({ type: 'invoke', time, op: 'audit.0.0', ...by, action: 'all' });
    const end = { time: time + 1, op: 'audit.0.0' };
    if (this.isCut) this.events.push({ type: 'fail', ...end, error: 'SyntaxError', torn: true });
    else this.events.push({ type: 'ok', ...end, result: this.content });
  }

  private seed(key: string, value: ValueId): void {
    this.events.push({ type: 'seed', key, value });
    this.content = { ...this.content, [key]: value };
  }

  private start(client: string, incarnation: number): void {
    const process = ++this.processes;
    this.events.push({ type: 'start', time: this.now, client, process, access: 'file' });
    const life = { life: this.client(client, incarnation, process), at: this.now, process };
    this.lives.add(life);
    if (this.random.oneIn(6)) {
      const at = this.now + this.random.int(50, 600);
      this.lives.add({ life: this.killer(client, incarnation, process), at, process: 0 });
    }
  }

  private *killer(client: string, incarnation: number, process: number): Life {
    const victims = [...this.lives].filter((one) => one.process === process);
    if (victims.length === 0) return;
    for (const one of victims) this.lives.delete(one);
    const by = { client, process };
    this.events.push({ type: 'fault', time: this.now, fault: 'kill', phase: 'begin', ...by });
    this.events.push({ type: 'exit', time: this.now, ...by, code: null, signal: 'SIGKILL', expected: true });
    if (this.random.oneIn(2)) this.start(client, incarnation + 1);
  }

  private *client(client: string, incarnation: number, process: number): Life {
    const { random, style, pace } = this;
    let memory = this.content;
    let pending: { id: string; change: (content: Content) => Content }[] = [];
    for (let count = random.int(3, 10); count > 0; count--) {
      yield random.int(0, pace.think);
      const id = `${client}.${incarnation}.${count}`;
      const action = random.weighted({ set: 14, remove: 3, all: pace.reads });
      const key = random.oneIn(4) ? `shared${random.int(0, 1)}` : `${client}-${random.int(0, pace.keys)}`;
      this.events.push({
        type: 'invoke',
        time: this.now,
        op: id,
        client,
        process,
        action,
        ...(action === 'all' ? {} : { key }),
      });
      yield this.noise();
      if (action === 'all') {
        const result = style.copy === 'fresh' ? yield* this.read() : memory;
        yield this.noise();
        this.events.push({ type: 'ok', time: this.now, op: id, result });
        continue;
      }
      const change = (content: Content): Content => {
        const { [key]: _, ...others } = content;
        return action === 'set' ? { ...others, [key]: id } : others;
      };
      memory = change(memory);
      if (style.acknowledges === 'before') {
        pending.push({ id, change });
        if (pending.length === 1) {
          const flush = () => {
            const carried = pending;
            pending = [];
            return carried;
          };
          const life = this.flusher(flush, () => memory);
          this.lives.add({ life, at: this.now + random.int(10, 150), process });
        }
      } else if (style.copy === 'fresh') memory = yield* this.changeFresh(id, key, change);
      else yield* this.write([id], memory);
      yield this.noise();
      this.events.push({ type: 'ok', time: this.now, op: id });
    }
    // One that ends without a last flush has lost what it had acknowledged.
    if (random.oneIn(4))
      for (const one of [...this.lives])
        if (one.process === process && one.at > this.now) this.lives.delete(one);
  }

  private *changeFresh(
    id: string,
    key: string,
    change: (content: Content) => Content,
  ): Generator<number, Content> {
    for (let attempts = 0; ; attempts++) {
      const content = change(yield* this.read());
      yield this.random.int(1, this.pace.gap);
      yield* this.write([id], content);
      if (this.style.retries === 'anyway' && this.random.oneIn(3)) {
        yield this.random.int(1, this.pace.gap);
        yield* this.write([id], content);
      }
      if (this.style.retries !== 'where it is gone' || attempts > 2) return content;
      yield this.random.int(1, this.pace.gap);
      if ((yield* this.read())[key] === content[key]) return content;
    }
  }

  private *flusher(
    takePending: () => { id: string; change: (content: Content) => Content }[],
    remembered: () => Content,
  ): Life {
    if (this.style.copy === 'remembered') {
      const ids = takePending().map(({ id }) => id);
      yield* this.write(ids, remembered());
      return;
    }
    const content = yield* this.read();
    yield this.random.int(1, this.pace.gap);
    const carried = takePending();
    const after = carried.reduce((before, { change }) => change(before), content);
    yield* this.write(
      carried.map(({ id }) => id),
      after,
    );
  }

  private *read(): Generator<number, Content> {
    // One that was killed in between leaves it so for ever.
    for (let patience = 20; this.isCut && !this.style.readsTorn && patience > 0; patience--) yield 3;
    return this.isCut ? {} : this.content;
  }

  private *write(authors: string[], after: Content): Generator<number, void> {
    if (this.style.write === 'in place') {
      this.isCut = true;
      this.cut = { time: this.now, authors };
      yield this.random.int(1, 6);
    }
    this.isCut = false;
    this.writes.push({ time: this.now, before: this.content, after, authors });
    this.content = after;
  }

  /** A foreign program that rewrites the file from an old copy. */
  private startRogue(): void {
    const process = ++this.processes;
    const by = { client: 'rogue', process };
    this.events.push({ type: 'start', time: this.now, ...by, access: 'foreign' });
    const rewrite = function* (this: Simulation): Life {
      for (let count = 0; count < 3; count++) {
        yield this.random.int(20, 200);
        const copy = yield* this.read();
        yield this.random.int(10, 100);
        const op = `rogue.0.${count}`;
        this.events.push({ type: 'invoke', time: this.now, op, ...by, action: 'set', key: 'rogue' });
        this.events.push({ type: 'fault', time: this.now, fault: 'stale-rewrite', phase: 'begin', ...by });
        yield this.noise();
        yield* this.write([op], { ...copy, rogue: op });
        yield this.noise();
        this.events.push({ type: 'ok', time: this.now, op });
      }
    }.call(this);
    this.lives.add({ life: rewrite, at: this.now, process });
  }

  private *observe(): Life {
    let known: Content = {};
    let version = 0;
    let wasCut = false;
    for (;;) {
      const time = this.now;
      yield this.noise();
      const { isCut, content, now } = this;
      yield this.noise();
      const until = this.now;
      const set = Object.fromEntries(Object.entries(content).filter(([key, value]) => known[key] !== value));
      const removed = Object.keys(known).filter((key) => !Object.hasOwn(content, key));
      if (isCut && !wasCut) {
        const broken = 'it is empty';
        this.events.push({ type: 'file', time, until, version: ++version, broken, set: {}, removed: [] });
      } else if (!isCut && (removed.length > 0 || Object.keys(set).length > 0)) {
        known = content;
        this.looks.set(version + 1, now * unitNs);
        this.events.push({ type: 'file', time, until, version: ++version, broken: null, set, removed });
      }
      wasCut = isCut;
      yield this.random.int(1, this.pace.look);
    }
  }

  private noise(): number {
    return this.random.int(0, this.pace.noise);
  }
}
