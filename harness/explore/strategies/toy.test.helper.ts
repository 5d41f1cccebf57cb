import { type Action, wordOf } from '../action.js';
import { Causality } from '../causality.js';
import type { Access } from '../footprint.js';
import type { Choice, Strategy } from './strategy.js';

/** What one step of a toy client does to one shared variable. */
export interface ToyStep {
  how: Access['how'];
  on: string;
}

/** For each client its steps. */
export type ToyProgram = readonly (readonly ToyStep[])[];

/**
 * Runs a program on plain variables in this process, as an execution does with real ones: reads take a variable's value into what
 * the client knows, writes put that into it, and what is added is the same in any order. A client can be killed right after it has
 * changed something, or at the very beginning.
 * @param kills how many may be
 * @returns what everybody knows at the end; undefined if it was ended early
 */
export function runToy(
  program: ToyProgram,
  strategy: Strategy,
  onStep: (words: string[]) => void = () => {},
  kills = 0,
): string | undefined {
  const at = program.map(() => 0);
  const known = program.map((_, client) => `${client}`);
  const values = new Map<string, string>();
  const added = new Map<string, string[]>();
  const causality = new Causality(program.length);
  const words: string[] = [];
  let last: number | undefined;
  let killsLeft = kills;
  let hasChanged = true;
  const stepOf = (client: number) => program[client]?.[at[client] ?? 0];
  const accesses = ({ do: kind, client }: Action): Access[] => {
    if (kind === 'kill') return [{ on: 'faults', how: 'write' }];
    const step = stepOf(client);
    return step && step.on !== '' ? [step] : [];
  };
  for (;;) {
    const enabled = program.flatMap((_, client): Action[] =>
      stepOf(client) ? [{ do: 'run', client, option: 0 }] : [],
    );
    if (enabled.length === 0) break;
    const mayDie = ({ client }: Action) =>
      killsLeft > 0 && hasChanged && (last === undefined || client === last);
    const faults = enabled.filter(mayDie).map(({ client }): Action => ({ do: 'kill', client }));
    const choice: Choice = {
      ...{ enabled, others: [], faults, last, step: words.length, accesses },
      ...{ isExit: () => false, isTimer: () => false, state: () => `${causality.state()} ${killsLeft}` },
    };
    const action = strategy.pick(choice);
    if (!action) return undefined;
    const { client } = action;
    if (action.do === 'kill') {
      killsLeft--;
      causality.note(client, 'killed', accesses(action));
      known[client] += '!';
      at[client] = program[client]?.length ?? 0;
      hasChanged = false;
      last = client;
      words.push(wordOf(action));
      onStep(words);
      continue;
    }
    const { how, on } = stepOf(client) as ToyStep;
    causality.note(client, 'step', accesses(action));
    if (on === '') {
      // Nobody can notice it.
    } else if (how === 'read')
      known[client] += `(${values.get(on) ?? ''}${(added.get(on) ?? []).toSorted()})`;
    else if (how === 'write') {
      values.set(on, `${known[client]}@${at[client]}`);
      added.delete(on);
    } else added.set(on, [...(added.get(on) ?? []), `${client}@${at[client]}`]);
    at[client] = (at[client] ?? 0) + 1;
    hasChanged = on !== '' && how !== 'read';
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
  kills = 0,
): { outcomes: string[]; executions: number; whole: number } {
  const outcomes = new Set<string>();
  let executions = 0;
  let whole = 0;
  while (strategy.begin()) {
    executions++;
    const outcome = runToy(program, strategy, undefined, kills);
    if (outcome === undefined) continue;
    whole++;
    outcomes.add(outcome);
  }
  return { outcomes: [...outcomes].sort(), executions, whole };
}
