import { Causality } from '../execution/causality.js';
import type { Choice, Strategy } from '../execution/strategy.js';
import { type Action, wordOf } from '../schedule/action.js';
import { conflicts, type SharedAccess } from '../world/footprint.js';

/** What one step of a toy client does to one shared variable. */
export interface ToyStep {
  how: SharedAccess['how'];
  on: string;
}

/** For each client its steps. */
export type ToyProgram = readonly (readonly ToyStep[])[];

/** How many there may be in an execution. */
export interface ToyFaults {
  kills: number;
  pauses: number;
  /** Of the variable `x`, which is then another until it is written: where a damage makes a difference, or anywhere. */
  damages?: number;
  damagesAnywhere?: true;
}

const damaged: readonly SharedAccess[] = [{ on: 'x', how: 'write' }];

export const noToyFaults: ToyFaults = { kills: 0, pauses: 0 };

/**
 * Runs a program on plain variables in this process, as an execution does with real ones: reads take a variable's value into what
 * the client knows, writes put that into it, and what is added is the same in any order. A client can be killed right after it has
 * changed something, or at the very beginning; and paused after each step that others can notice, until all others are done. The
 * variable `x` can be damaged while it is whole: right after a step that conflicts with that, or at the very beginning.
 * @returns what everybody knows at the end; undefined if it was ended early
 */
export function runToy(
  program: ToyProgram,
  strategy: Strategy,
  onStep: (words: string[]) => void = () => {},
  { kills, pauses, damages = 0, damagesAnywhere }: ToyFaults = noToyFaults,
): string | undefined {
  const at = program.map(() => 0);
  const known = program.map((_, client) => `${client}`);
  const values = new Map<string, string>();
  const added = new Map<string, string[]>();
  const causality = new Causality(program.length);
  const words: string[] = [];
  let last: number | undefined;
  const left = { kills, pauses, damages };
  const paused = new Set<number>();
  let [hasChanged, hasMet] = [true, false];
  const stepOf = (client: number) => program[client]?.[at[client] ?? 0];
  const accesses = ({ do: kind, client }: Action): SharedAccess[] => {
    const fault: SharedAccess = { on: 'faults', how: 'write' };
    if (kind === 'damage') return [fault, ...damaged];
    if (kind !== 'run') return [fault];
    if (paused.has(client)) return [];
    const step = stepOf(client);
    return step && step.on !== '' ? [step] : [];
  };
  let touched: readonly SharedAccess[] | undefined;
  const damagesNow = (): Action[] => {
    const isMoment = damagesAnywhere || touched === undefined || conflicts(touched, damaged);
    if (left.damages === 0 || !isMoment || values.get('x')?.startsWith('half of')) return [];
    return [...program.keys()].flatMap((client): Action[] =>
      last === undefined || client === last ? [{ do: 'damage', client }] : [],
    );
  };
  const damage = (action: Action) => {
    left.damages--;
    causality.record(action.client, action.do, accesses(action));
    values.set('x', `half of ${values.get('x')}${(added.get('x') ?? []).toSorted()}`);
    added.delete('x');
    touched = damaged;
    last = action.client;
    words.push(wordOf(action));
    onStep(words);
  };
  for (;;) {
    const alive = program.flatMap((_, client): Action[] =>
      stepOf(client) ? [{ do: 'run', client, option: 0 }] : [],
    );
    if (alive.length === 0) {
      const end: Action = { do: 'run', client: last ?? 0, option: 0 };
      const faults = damagesNow();
      if (faults.length === 0) break;
      const action = strategy.pick({
        ...{ enabled: [end], others: [], faults, last, step: words.length },
        accesses: (one) => (one === end ? [] : accesses(one)),
        ...{ isExit: () => false, isTimer: () => false },
        state: () => JSON.stringify([causality.state(), left, [...paused]]),
      });
      if (!action) return undefined;
      if (action.do === 'run') break;
      damage(action);
      continue;
    }
    const goingOn = alive.filter(({ client }) => !paused.has(client));
    const enabled = goingOn.length > 0 ? goingOn : alive;
    const faults = goingOn.flatMap(({ client }): Action[] => [
      ...(left.kills > 0 && hasChanged && (last === undefined || client === last)
        ? [{ do: 'kill', client } as const]
        : []),
      ...(left.pauses > 0 && hasMet && client === last ? [{ do: 'pause', client } as const] : []),
    ]);
    const choice: Choice = {
      ...{ enabled, others: [], faults: [...faults, ...damagesNow()], last, step: words.length, accesses },
      ...{ isExit: () => false, isTimer: ({ client }) => paused.has(client) },
      state: () => JSON.stringify([causality.state(), left, [...paused]]),
    };
    const action = strategy.pick(choice);
    if (!action) return undefined;
    const { client } = action;
    if (action.do === 'damage') {
      damage(action);
      continue;
    }
    if (action.do !== 'run' || paused.has(client)) {
      causality.record(client, action.do, action.do === 'run' ? [] : accesses(action));
      if (action.do === 'kill') {
        left.kills--;
        known[client] += '!';
        at[client] = program[client]?.length ?? 0;
      } else if (action.do === 'pause') {
        left.pauses--;
        paused.add(client);
      } else paused.delete(client);
      [hasChanged, hasMet, last, touched] = [false, false, client, []];
      words.push(wordOf(action));
      onStep(words);
      continue;
    }
    const { how, on } = stepOf(client) as ToyStep;
    causality.record(client, 'step', accesses(action));
    if (on === '') {
      // No other client can notice it.
    } else if (how === 'read')
      known[client] += `(${values.get(on) ?? ''}${(added.get(on) ?? []).toSorted()})`;
    else if (how === 'write') {
      values.set(on, `${known[client]}@${at[client]}`);
      added.delete(on);
    } else added.set(on, [...(added.get(on) ?? []), `${client}@${at[client]}`]);
    touched = accesses(action);
    at[client] = (at[client] ?? 0) + 1;
    hasMet = on !== '';
    hasChanged = hasMet && how !== 'read';
    last = client;
    words.push(wordOf(action));
    onStep(words);
  }
  strategy.end({ steps: words.length });
  return JSON.stringify([
    known,
    [...values].toSorted(),
    [...added].map(([on, all]) => [on, all.toSorted()]).toSorted(),
  ]);
}

/** All that a search finds. */
export function searchToy(
  program: ToyProgram,
  strategy: Strategy,
  faults = noToyFaults,
): { outcomes: string[]; executions: number; whole: number } {
  const outcomes = new Set<string>();
  let executions = 0;
  let whole = 0;
  while (strategy.begin()) {
    executions++;
    const outcome = runToy(program, strategy, undefined, faults);
    if (outcome === undefined) continue;
    whole++;
    outcomes.add(outcome);
  }
  return { outcomes: [...outcomes].sort(), executions, whole };
}
