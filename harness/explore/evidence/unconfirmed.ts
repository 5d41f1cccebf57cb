import type { ExecutionOptions } from '../execution/executed.js';
import { callsOf } from '../execution/lines-of-calls.js';
import { type FoundFailure, follow, whyNot } from '../search/search.js';
import type { ToSource } from './explain.js';
import type { ExploredFailure, Unconfirmed } from './exploration.js';
import { describeFailure, firstDifference, type Pools, runsInNew, type Shown } from './investigate.js';

const triesMax = 3;

/**
 * Reports a failure that new processes did not come to by the same calls: from one of their executions that fails in the same way
 * all the same, or else from the execution of the search. That was made by real processes, too, so it is evidence, unless the
 * difference between the two is a reason for the failure.
 * @param divergence what new processes did instead
 */
export function reportUnconfirmed(
  pools: Pools,
  options: ExecutionOptions,
  found: FoundFailure,
  toSource: ToSource,
  divergence: string,
): ExploredFailure {
  // One that never stops takes as long as our patience each time.
  const tries = found.kind === 'stuck' ? 0 : triesMax;
  const runs = Array.from({ length: tries }, () => tryInNew(pools, options, found));
  const same = runs.filter((run) => run?.failure?.kind === found.kind);
  const shown = same[0] ?? { ...found.executed, failure: found };
  const schedule = shown.steps.map(({ action }) => action);
  return {
    ...describeFailure(options, found, { program: options.program, schedule }, shown, toSource),
    replayed: { same: 0, of: runsInNew },
    unconfirmed:
      same.length > 0
        ? byOtherCalls(same.length, divergence)
        : pools.isSimulated
          ? inSimulationOnly(divergence)
          : judge(found, runs, divergence),
  };
}

function tryInNew(pools: Pools, options: ExecutionOptions, { actions }: FoundFailure): Shown | undefined {
  try {
    return follow(pools.fresh, { ...options, details: true, killsForReal: true }, actions, true);
  } catch (error) {
    whyNot(error);
    return undefined;
  }
}

function byOtherCalls(count: number, divergence: string): Unconfirmed {
  return {
    sentence: `${divergence}. Along the same schedule ${count} of ${triesMax} runs in new processes failed in the same way, by other calls`,
    isExplained: false,
  };
}

/** A simulation that differs from real processes proves nothing. */
function inSimulationOnly(divergence: string): Unconfirmed {
  return {
    sentence: `${divergence}. It exists in the simulation only, as far as ${triesMax} runs of real processes show`,
    isExplained: true,
    isOnlySimulated: true,
  };
}

function judge(
  { kind, isReused }: FoundFailure,
  runs: readonly (Shown | undefined)[],
  divergence: string,
): Unconfirmed {
  if (kind === 'stuck')
    return {
      sentence: `${divergence}. New processes did come to a stop, so this one may only have been slow`,
      isExplained: true,
    };
  const [first] = runs;
  const isSteady =
    first !== undefined &&
    runs.every((run) => run && !run.failure && firstDifference(callsOf(first), callsOf(run)) === undefined);
  if (isReused && isSteady)
    return {
      sentence: `${divergence}. All ${triesMax} runs in new processes made the same calls and broke nothing, so something that earlier executions left in a process may be the reason`,
      isExplained: true,
    };
  return {
    sentence: `${divergence}. None of ${triesMax} runs in new processes along the same schedule failed in the same way`,
    isExplained: false,
  };
}
