import { asksForLife } from '../protocol/act.js';
import type { Action } from '../schedule/action.js';
import { errnosOf } from '../world/errnos.js';
import { accessesOf, type SharedAccess } from '../world/footprint.js';
import type { World } from '../world/world.js';
import type { Client, Option } from './client.js';
import { accessesOfDamage } from './damage.js';
import type { FaultBudget } from './executed.js';

/** Those of clients that go on, by client and option: they come again at each step. */
const runs: Action[][] = [];

function runOf(client: number, option: number): Action {
  runs[client] ??= [];
  const all = runs[client];
  all[option] ??= { do: 'run', client, option };
  return all[option];
}

/** What clients can go on with now: each with the first of its options, and what it has under way besides. */
export function enabledActions(
  clients: readonly Client[],
  now: number,
): { enabled: Action[]; others: Action[] } {
  const asked = clients.flatMap(({ asksFor }) => asksFor ?? []);
  const options = clients.map((client) => client.options(asked.includes(client.pid)));
  // Time passes only when no client can do anything else, and then no further than to the next timer.
  let anyCan = false;
  let dueNext = Number.POSITIVE_INFINITY;
  options.forEach((all, client) => {
    for (const option of all) {
      if (option.kind === 'timer') dueNext = Math.min(dueNext, option.due);
      anyCan ||= isNow(option, clients[client], now);
    }
  });
  const hasTimer = dueNext < Number.POSITIVE_INFINITY;
  const enabled: Action[] = [];
  const others: Action[] = [];
  options.forEach((all, client) => {
    let isFirst = true;
    all.forEach((option, index) => {
      // A client that only polls comes last of all: without a timer that could end it, it may be the clock that does.
      const isPossible = anyCan
        ? isNow(option, clients[client], now)
        : !hasTimer || (option.kind === 'timer' && option.due <= dueNext);
      if (!isPossible) return;
      (isFirst ? enabled : others).push(runOf(client, index));
      isFirst = false;
    });
  });
  return { enabled, others };
}

function isNow(option: Option, client: Client | undefined, now: number): boolean {
  return (option.kind !== 'timer' || option.due <= now) && !client?.spin.isSpinning;
}

/** What an action touches, of a client that is about to take it. */
export function accessesOfAction(action: Action, client: Client | undefined, world: World): SharedAccess[] {
  // The answer to the question whether it lives changes, and the fault budget is one less for the others.
  const life: SharedAccess = { on: `p ${client?.pid}`, how: 'write' };
  const fault: SharedAccess = { on: 'faults', how: 'write' };
  if (action.do === 'damage') return [fault, ...accessesOfDamage(world)];
  // A death lets its locks go.
  const locks = () => [...world.as(action.client).locks].map((on): SharedAccess => ({ on, how: 'write' }));
  if (action.do !== 'run') return action.do === 'kill' ? [life, fault, ...locks()] : [fault];
  const option = client?.optionOf(action);
  if (option?.kind === 'call') {
    const { call } = option;
    return accessesOf(call, world.as(action.client), world.routes(call));
  }
  // The kill must come before, and a second one may come after.
  if (option?.kind === 'start') return [life, { on: 'faults', how: 'read' }];
  return option?.kind === 'exit' ? [life] : [];
}

/** The last step, as far as it matters to what can go wrong after it. */
export interface LastStep {
  client: number;
  /** It may have found or changed something that others can change or see. */
  isShared: boolean;
  /** It may have changed something that others can see. */
  hasChanged: boolean;
  /** Whose life it asked for. */
  asked: number | undefined;
  /** What it touched. */
  accesses: readonly SharedAccess[];
  /** It let time pass for a killed client. */
  isWait: boolean;
}

export function lastStepOf(
  { index }: Client,
  action: Action,
  option: Option | undefined,
  accesses: readonly SharedAccess[],
  before: LastStep | undefined,
): LastStep {
  // It is nothing that the client has done: what can go wrong for it is what could before, at the beginning a death.
  if (action.do === 'damage' || action.do === 'clock') {
    const { isShared = false, hasChanged = true, asked } = before ?? {};
    return { client: index, isShared, hasChanged, asked, accesses, isWait: false };
  }
  return {
    client: index,
    isShared: accesses.length > 0,
    hasChanged: accesses.some(({ how }) => how !== 'read'),
    asked: option?.kind === 'call' && asksForLife(option.call) ? option.call.of : undefined,
    accesses,
    isWait: action.do === 'wait',
  };
}

/** Something can still go wrong for a client. */
export function canFail({ kills, pauses, errnos, waits }: FaultBudget): boolean {
  return kills + pauses + errnos + waits > 0;
}

/**
 * What can go wrong for a client that is about to make a call; each fault at the first moment at which it makes a difference.
 *
 * A death shows only in what the dead client has changed, and in the answer to the question whether it lives. So it comes right
 * after a change, or right after such an answer; a death after a read is the same as one before it. A pause comes right after
 * a step of the client: later it has only waited longer for its turn. It comes only where the client has met something shared or has
 * looked at its clock since: else it is the same as one before that step.
 *
 * @param last undefined at the beginning
 */
export function faultsOf(client: Client, budget: FaultBudget, last: LastStep | undefined): Action[] {
  const { index, pid } = client;
  if (!canFail(budget)) return [];
  if (client.state === 'killed' && last?.client === index && budget.waits > 0)
    return [{ do: 'wait', client: index }];
  const [option] = client.options();
  if (option?.kind !== 'call') return [];
  const isLast = last?.client === index;
  const canDie = last === undefined || (isLast && last.hasChanged) || last.asked === pid;
  const canPause = isLast && (last.isShared || client.lastReport?.looked === true);
  const mayFail = isLast || last === undefined;
  return [
    ...(budget.kills > 0 && canDie ? [{ do: 'kill', client: index } as const] : []),
    ...(budget.pauses > 0 && canPause ? [{ do: 'pause', client: index } as const] : []),
    ...(budget.errnos > 0 && mayFail
      ? errnosOf(option.call).map((errno) => ({ do: 'fail', client: index, errno }) as const)
      : []),
  ];
}

/** Which client waits for what, in an execution that does not go on. */
export function whoWaits(clients: readonly Client[]): string {
  return clients
    .filter(({ state }) => state === 'alive')
    .map(
      ({ name, lastReport }) =>
        `${name} waits for ${lastReport?.calls[0]?.call ?? lastReport?.reason ?? 'a timer'}`,
    )
    .join(', ');
}
