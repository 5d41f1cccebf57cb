import type { Finding } from '../../core/verdict.js';
import type { Run } from '../../history/run.js';
import { counted, fewOf } from '../../history/words.js';
import {
  type Call,
  type Contradiction,
  checkLinearizable,
  inGrowingShares,
} from '../../linearizable/index.js';
import {
  type RegisterInput,
  type RegisterOutput,
  register as registerModel,
} from '../../linearizable/models/register.js';
import { findCircle, type Reason } from './precedence.js';
import { toCalls } from './register-calls.js';
import type { Register } from './registers.js';
import { readsOfAll, toWholeMap, type WholeMap } from './whole-map.js';

/** Steps of the search for all keys of a run: some seconds. A key takes some hundreds of them, and no key another's share. */
const stepsOfKeys = 5_000_000;
/** Steps of the search for the whole map: some tenths of a second. */
const stepsOfMap = 100_000;

/** Which has the whole of what a sentence has only the beginning of; the picture of the page has it, too. */
const history = 'history.jsonl';

export interface Contradictions {
  findings: Finding[];
  /** What has been checked exactly, and what only by conditions that are necessary and not sufficient. */
  scope: string;
  /** False if some condition was only a necessary one. */
  isExact: boolean;
}

/**
 * What the zones of single values can't tell, once they have found nothing: whether the reads that found a key absent fit the
 * removals, and whether those that read the whole map fit each other. Both by a search of all orders, which is exact. Where
 * that would take too long, a condition that is only necessary remains, and `scope` says so: for a key that of conflicts.ts, for
 * the whole map that no chain of reasons leads in a circle.
 * @param registers in which conflicts.ts has found nothing: how many there are, those that a search has to decide, and all
 * @param except by id, the operations whose results prove nothing about single keys
 */
export function findContradictions(
  run: Run,
  registers: Clean,
  except: ReadonlyMap<string, unknown>,
): Contradictions {
  const findings: Finding[] = [];
  const { open } = inGrowingShares(registers.ambiguous, stepsOfKeys, (register, stepsMax) => {
    const { steps, verdict, contradiction } = checkLinearizable(registerModel, toCalls(register), {
      stepsMax,
    });
    if (contradiction)
      findings.push({ ...onKey(register.key, contradiction.calls), ...stuckIn(contradiction) });
    return { steps, next: verdict === 'unknown' ? 'later' : 'done' };
  });
  const undecided = open.length;
  const keys = counted(registers.count, 'key');
  const scopeOfKeys =
    undecided === 0
      ? `exact for ${keys}`
      : `exact for ${keys} but ${undecided}, and for these by necessary conditions`;
  const reads = readsOfAll(run).length;
  if (reads === 0 || findings.length > 0) return { findings, scope: scopeOfKeys, isExact: undecided === 0 };

  const scopeOfMap = `${counted(reads, 'read')} of the whole map`;
  const all = registers.all();
  const circle = findCircle(all);
  if (circle) return { findings: [inCircle(circle)], scope: scopeOfMap, isExact: false };
  const map = toWholeMap(run, all, except);
  const checked = map && checkLinearizable(map.model, map.calls, { stepsMax: stepsOfMap });
  if (map && checked?.contradiction) {
    const { contradiction } = checked;
    findings.push({ ...onMap(contradiction.calls, map.model), ...stuckIn(contradiction) });
  }
  const isExact = checked !== undefined && checked.verdict !== 'unknown';
  return {
    findings,
    isExact: isExact && undecided === 0,
    scope: `${scopeOfKeys}; ${scopeOfMap}${isExact ? '' : ' by necessary conditions only'}`,
  };
}

/** Registers in which no single value has told of a violation. */
export interface Clean {
  count: number;
  ambiguous: readonly Register[];
  all: () => Register[];
}

/** Absence may be the doing of any of several removals, so only a search can decide. */
export function isAmbiguous({ removals, reads }: Register): boolean {
  return removals.some(({ operation }) => operation) && reads.some(({ value }) => value === null);
}

function onKey(key: string, calls: readonly Call<RegisterInput, RegisterOutput>[]): Finding {
  const told = calls.map((call) => {
    const who = call.id === '' ? 'a look at the file' : call.id;
    if (!('write' in call.input)) return `${who} found ${call.output ?? 'nothing'}`;
    return call.input.write === null ? `${who} removed` : `${who} set`;
  });
  return {
    ...common(calls),
    sentence: `no order of these ${calls.length} calls on "${key}" explains what they found: ${fewOf(told, history)}`,
    key,
  };
}

function inCircle(circle: readonly Reason[]): Finding {
  const operations = circle.map(({ before }) => before);
  const told = circle.map(({ before, after, key }) =>
    key === undefined
      ? `${before.id} had ended before ${after.id} began`
      : `by "${key}" ${before.id} is before ${after.id}`,
  );
  return {
    ...common(operations),
    sentence: `no order of ${operations.length} operations explains what they found: ${fewOf(told, history, '; ')}`,
  };
}

function onMap(calls: WholeMap['calls'], { describe }: WholeMap['model']): Finding {
  const told = calls.map(({ id, input, output }) => `${id || 'the end'} ${describe(input, output)}`);
  return {
    ...common(calls),
    sentence: `no order of these ${calls.length} calls explains what they found: ${fewOf(told, history)}`,
  };
}

/** Looks at the file have no names. */
function stuckIn({ stuck, prefix }: Contradiction<unknown, unknown>): Pick<Finding, 'stuck'> {
  return {
    stuck: {
      ...(stuck.id === '' ? {} : { op: stuck.id }),
      from: Math.max(0, stuck.begin),
      to: stuck.end,
      after: prefix.map(({ id }) => id).filter((id) => id !== ''),
    },
  };
}

function common(calls: readonly { id: string; begin: number; end: number }[]) {
  const ends = calls.map(({ end }) => end).filter(Number.isFinite);
  return {
    guarantee: 'G2' as const,
    kind: 'contradiction' as const,
    operations: [...new Set(calls.map(({ id }) => id).filter((id) => id !== ''))],
    from: Math.max(0, Math.min(...calls.map(({ begin }) => begin))),
    to: Math.max(...ends),
  };
}
