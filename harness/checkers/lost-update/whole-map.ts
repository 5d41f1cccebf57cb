import type { ValueId } from '../../history/events.js';
import { isStoreAlone } from '../../history/evidence.js';
import type { Operation, Run } from '../../history/run.js';
import type { Call, Model } from '../../linearizable/index.js';
import { entryOf, type Mutation, type Register } from './registers.js';

/** A state of the whole map, one character a key: which of the key's values it holds. Copied and compared at once. */
type Row = string;
type Input = { action: 'set'; at: number; to: string } | { action: 'get'; at: number } | { action: 'all' };

type ValueIds = Readonly<Record<string, ValueId>>;
type Placed = Pick<Mutation, 'operation' | 'begin' | 'end'>;

export interface WholeMap {
  model: Model<Row, Input, string>;
  calls: Call<Input, string>[];
}

const absent = '\0';
/** What one character can tell apart. */
const valuesMax = 0xffff;

/**
 * A run as calls on one map that is also read as a whole, for a search of all orders: then nothing is left out. Unacknowledged
 * writes are settled already.
 * @param except by id, the operations whose results prove nothing about single keys
 * @returns undefined if a key has had too many values
 */
export function toWholeMap(
  run: Run,
  registers: readonly Register[],
  except: ReadonlyMap<string, unknown>,
): WholeMap | undefined {
  if (registers.some(({ writes }) => writes.size >= valuesMax)) return undefined;
  const numbers = registers.map(({ writes }) => {
    const values = [...writes.keys()];
    return new Map(values.map((value, index) => [value, String.fromCharCode(index + 1)]));
  });
  const codeOf = (at: number, value: ValueId | null) => (value === null ? absent : numbers[at]?.get(value));
  const calls: WholeMap['calls'] = [];
  const init: string[] = [];
  for (const [at, { writes, removals, reads }] of registers.entries()) {
    init.push(absent);
    const place = (mutation: Mutation, to: string) => {
      if (mutation.operation === undefined) {
        // There before the run.
        init[at] = to;
        return;
      }
      const happened = to !== absent || mutation.acknowledged ? 'yes' : 'maybe';
      calls.push({ ...intervalOf(mutation), input: { action: 'set', at, to }, output: to, happened });
    };
    for (const [value, write] of writes) place(write, codeOf(at, value) ?? absent);
    for (const removal of removals) place(removal, absent);
    for (const { operation, value, begin, end } of reads) {
      // Looks at the file come each in its turn, key by key; reads of the whole map below.
      if (operation === undefined || operation.action === 'all') continue;
      const input = { action: 'get', at } as const;
      calls.push({
        ...intervalOf({ operation, begin, end }),
        input,
        output: codeOf(at, value),
        happened: 'yes',
      });
    }
  }
  for (const operation of readsOfAll(run)) {
    if (!except.has(operation.id)) {
      const { begin, end, result } = operation;
      placeRead({ begin, end, operation }, result as ValueIds);
    }
  }
  if (run.final && run.final.broken === null && !isStoreAlone(run.header)) {
    const { time, entries } = run.final;
    placeRead({ operation: undefined, begin: time, end: time }, entries);
  }
  return { model: modelFrom(init.join(''), registers), calls };

  function placeRead(read: Placed, entries: ValueIds): void {
    const row = registers.map(({ key }, at) => codeOf(at, entryOf(entries, key)));
    // A read with a value that no client wrote whole is torn.ts's.
    if (row.includes(undefined)) return;
    calls.push({ ...intervalOf(read), input: { action: 'all' }, output: row.join(''), happened: 'yes' });
  }
}

/** The reads of the whole map that succeeded. */
export function readsOfAll({ operations }: Run): Operation[] {
  const isRead = ({ action, outcome, result }: Operation) =>
    action === 'all' && outcome === 'ok' && typeof result === 'object' && result !== null;
  return operations.filter(isRead);
}

function intervalOf({ operation, begin, end }: Placed) {
  return { id: operation?.id ?? '', process: operation?.client ?? '', begin, end };
}

function modelFrom(init: Row, registers: readonly Register[]): WholeMap['model'] {
  return {
    name: 'whole map',
    init,
    step(row, input, output) {
      if (input.action === 'all') return output === undefined || output === row ? row : undefined;
      const { at } = input;
      if (input.action === 'get') return output === undefined || output === row[at] ? row : undefined;
      const { to } = input;
      return row[at] === to ? row : row.slice(0, at) + to + row.slice(at + 1);
    },
    key: (row) => row,
    describe(input) {
      if (input.action === 'all') return 'read the whole map';
      const key = `"${registers[input.at]?.key}"`;
      if (input.action === 'get') return `read ${key}`;
      return `${input.to === absent ? 'removed' : 'set'} ${key}`;
    },
    effect: ({ action }) => (action === 'set' ? 'repeatable' : 'none'),
  };
}
