import { type Action, errnos } from './action.js';
import type { Client, Option } from './client.js';
import type { FaultBudget } from './executed.js';
import type { CallToMake } from './protocol.js';

/** What clients can go on with now: each with the first of its options, and what it has under way besides. */
export function possibilities(
  clients: readonly Client[],
  now: number,
): { enabled: Action[]; others: Action[] } {
  const askedFor = new Set(clients.map(({ asksFor }) => asksFor));
  const options = clients.map((client) => client.options(askedFor.has(client.pid)));
  const isNow = (option: Option) => option.kind !== 'timer' || option.due <= now;
  // Time passes only when nobody can do anything else, and then no further than to the next timer.
  const somebodyCan = options.some((all) => all.some(isNow));
  const dues = options
    .flat()
    .map((option) => (option.kind === 'timer' ? option.due : Number.POSITIVE_INFINITY));
  const dueNext = somebodyCan ? now : Math.min(...dues);
  const isPossible = (option: Option) => isNow(option) || (option.kind === 'timer' && option.due <= dueNext);
  const possible = options.flatMap((all, client) =>
    all.flatMap((option, index): Action[] =>
      isPossible(option) ? [{ do: 'run', client, option: index }] : [],
    ),
  );
  const isFirst = ({ client }: Action, index: number) =>
    possible.findIndex((one) => one.client === client) === index;
  return {
    enabled: possible.filter(isFirst),
    others: possible.filter((action, index) => !isFirst(action, index)),
  };
}

/**
 * What can go wrong for a client that is about to make a call. Asked only for whoever has just been at it, or has not begun: for
 * the others it could have gone wrong earlier, right after their last steps, and nobody would have noticed the difference.
 */
export function faultsOf(client: Client, { kills, pauses, errnos: errnosLeft }: FaultBudget): Action[] {
  const { index } = client;
  const [option] = client.options();
  const canFail = option?.kind === 'call' && fails(option.call);
  return [
    ...(kills > 0 ? [{ do: 'kill', client: index } as const] : []),
    ...(pauses > 0 ? [{ do: 'pause', client: index } as const] : []),
    ...(errnosLeft > 0 && canFail
      ? errnos.map((errno) => ({ do: 'fail', client: index, errno }) as const)
      : []),
  ];
}

/** Of an execution that does not go on. */
export function whoWaits(clients: readonly Client[]): string {
  return clients
    .filter(({ state }) => state === 'alive')
    .map(
      ({ name, lastReport }) =>
        `${name} waits for ${lastReport?.calls[0]?.call ?? lastReport?.reason ?? 'a timer'}`,
    )
    .join(', ');
}

/** Calls that look only, or close, do not run out of space; but nobody is asked to guess which error fits which call. */
function fails({ call }: CallToMake): boolean {
  return !/^(sleep|watch|unwatch|alive|close)$/.test(call);
}
