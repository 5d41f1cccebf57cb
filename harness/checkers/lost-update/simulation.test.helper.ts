import type { Action, HistoryEvent, ValueId } from '../../history/events.js';
import { type Run, toRun } from '../../history/run.js';

/** How a simulated call ends, and whether it happens: at its point, later than it was over, or never. */
export type Fate =
  | 'ok'
  | 'fail'
  | 'unknown'
  | 'unknown-late'
  | 'unknown-never'
  | 'killed'
  | 'killed-never'
  /** Acknowledged, and yet it never happens: a lost update, or a removal that removes nothing. */
  | 'lie';

/** One call of one client, made once the client's last one is over. */
export interface Step {
  client: number;
  action: Action;
  key: string;
  /** Time until the call, from there to its effect, and from there to its return. */
  wait: number;
  before: number;
  after: number;
  fate: Fate;
  /** What a `get` returns instead of the truth. */
  forged?: string;
}

/** What calls on a map give that applies each at one point between its call and its return. */
export interface Simulation {
  run: Run;
  /** Those that the run was made from. */
  events: HistoryEvent[];
  /** Ids of the operations, in order of the steps. */
  ids: string[];
}

interface Effect {
  time: number;
  apply: () => void;
}

/**
 * Simulates calls on a linearizable map. Whatever comes out is linearizable by construction, unless a step lies
 * or has a forged answer. The last client reaches the map through a server, which may act after its end.
 * @param acts one after another; each begins when all that the one before does has happened
 */
export function simulate(
  acts: readonly (readonly Step[])[],
  seeds: Readonly<Record<string, ValueId>>,
): Simulation {
  const events: HistoryEvent[] = [
    { type: 'run', version: 1, scenario: 'simulation', target: 'map', seed: 0, atLeast: {} },
    ...Object.entries(seeds).map(([key, value]) => ({ type: 'seed' as const, key, value })),
  ];
  const map = new Map<string, ValueId>(Object.entries(seeds));
  const effects: Effect[] = [];
  const ids: string[] = [];
  const incarnations = [0, 0, 0, 0];
  let now = 0;

  for (const steps of acts) {
    const clocks = incarnations.map(() => now);
    for (const step of steps) {
      const { client, fate } = step;
      const begin = (clocks[client] ?? now) + step.wait;
      const point = begin + step.before;
      const end = point + step.after;
      clocks[client] = end;

      const incarnation = incarnations[client] ?? 0;
      const process = client * 1000 + incarnation;
      const by = { client: `c${client}`, process };
      const op = `c${client}.${incarnation}.${ids.length}`;
      ids.push(op);
      const key = step.action === 'all' ? {} : { key: step.key };
      const access = client === 3 ? 'http' : 'file';
      events.push({ type: 'start', time: begin, ...by, access });
      events.push({ type: 'invoke', time: begin, op, ...by, action: step.action, ...key });
      if (fate.startsWith('killed')) {
        events.push({ type: 'exit', time: end, ...by, code: null, signal: 'SIGKILL', expected: true });
        incarnations[client] = incarnation + 1;
      }
      // Only a server can act for a client that is dead.
      const isLate = fate === 'unknown-late' || (fate === 'killed' && access === 'http');
      const time = isLate ? end + step.wait * 7 : point;
      effects.push({ time, apply: () => act(step, op, end) });
      now = Math.max(now, end + 1, time + 1);
    }
  }

  function act({ action, key, fate, forged }: Step, op: string, end: number): void {
    const isRead = action === 'get' || action === 'all';
    if (isRead && fate === 'ok') {
      const result = action === 'all' ? Object.fromEntries(map) : (forged ?? map.get(key) ?? null);
      events.push({ type: 'ok', time: end, op, result });
      return;
    }
    const happens = fate === 'ok' || fate === 'killed' || fate === 'unknown' || fate === 'unknown-late';
    if (happens && action === 'set') map.set(key, op);
    if (happens && action === 'remove') map.delete(key);
    if (fate === 'ok' || fate === 'lie') events.push({ type: 'ok', time: end, op });
    else if (fate.startsWith('unknown')) events.push({ type: 'unknown', time: end, op, error: 'no answer' });
    else if (fate === 'fail') events.push({ type: 'fail', time: end, op, error: 'no' });
  }

  const look = foreignReader(map, events);
  for (const { time, apply } of effects.sort((a, b) => a.time - b.time)) {
    apply();
    look(time);
  }
  events.push({ type: 'final', time: now, broken: null, entries: Object.fromEntries(map), leftovers: [] });
  return { run: toRun(events), events, ids };
}

/** Looks at the map after every second change, and writes down what is new. */
function foreignReader(map: ReadonlyMap<string, ValueId>, events: HistoryEvent[]): (time: number) => void {
  let known = new Map<string, ValueId>();
  let version = 0;
  let changes = 0;
  return function look(time) {
    if (changes++ % 2 !== 0) return;
    const set = Object.fromEntries([...map].filter(([key, value]) => known.get(key) !== value));
    const removed = [...known.keys()].filter((key) => !map.has(key));
    known = new Map(map);
    events.push({ type: 'file', time, until: time, version: ++version, broken: null, set, removed });
  };
}
