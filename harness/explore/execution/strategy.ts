import type { Action } from '../schedule/action.js';
import type { SharedAccess } from '../world/footprint.js';
import type { Executed } from './executed.js';
import type { LossOffer } from './losses.js';

/** What can be done now. */
export interface Choice {
  /** Clients that can go on, in the order of their numbers, each by its first option. */
  enabled: readonly Action[];
  /** Other options of theirs: what they have under way besides. */
  others: readonly Action[];
  /** What may go wrong now. */
  faults: readonly Action[];
  /** Who went on last; undefined at the beginning. */
  last: number | undefined;
  /** How many actions there have been. */
  step: number;
  /** What an action would touch. */
  accesses(action: Action): readonly SharedAccess[];
  /** True if the action is the end of a process, which is possible only right before a client asks for it. */
  isExit(action: Action): boolean;
  /** True if the action is the firing of a timer, which happens only when no client can do anything else. */
  isTimer(action: Action): boolean;
  /** What a power loss could leave now. They are none of `faults`: one execution serves all of its power losses. */
  losses?(): LossOffer | undefined;
  /**
   * Fingerprint of all that decides the future: what is on the disk, and what each process has seen. 52 bits, so of a
   * million states two are taken for one with a probability of 1 in 10,000.
   */
  state(): string;
}

/** Which schedules are ours, of those that several searches divide among themselves: every n-th. */
export interface Share {
  index: number;
  of: number;
}

/** What became of an execution that a strategy has led. */
export interface Led {
  steps: number;
}

/** Decides how processes interleave. Asked for one choice after another, of one execution after another. */
export interface Strategy {
  /** @returns false if there is nothing left to try */
  begin(): boolean;
  /** @returns undefined to end the execution here: what follows is known */
  pick(choice: Choice): Action | undefined;
  end(led: Led): void;
  /** Sees what the execution has come to. */
  learn?(executed: Executed): void;
  /** How many executions were ended early. */
  readonly abandoned: number;
  /** True if all there is was tried, within the bound that `bound` names. */
  readonly exhausted: boolean;
  /** What a search that has found nothing has shown, in one sentence. */
  readonly bound: string;
}

/** The client of the last step goes on; else the first that can. */
export function continuing({ enabled, last }: Choice): Action | undefined {
  return enabled.find(({ client }) => client === last) ?? enabled[0];
}

/** True if another client goes on although the last one could. */
export function isPreemption({ enabled, last }: Choice, action: Action): boolean {
  if (action.do !== 'run') return false;
  if (action.option > 0) return true;
  return action.client !== last && enabled.some(({ client }) => client === last);
}

/** No other client can notice it. */
export function isLocal(choice: Choice, action: Action): boolean {
  return !choice.isTimer(action) && choice.accesses(action).length === 0;
}
