import type { Call } from '../../linearizable/index.js';
import type { RegisterInput, RegisterOutput } from '../../linearizable/models/register.js';
import type { Register } from './registers.js';

/** One key as the register of a model, which holds null where the key is absent. */
export function toCalls({ writes, removals, reads }: Register): Call<RegisterInput, RegisterOutput>[] {
  const write = (
    value: string | null,
    { operation, id, begin, end }: Register['removals'][number],
    isSure: boolean,
  ) => ({
    id,
    process: operation?.client ?? '',
    input: { write: value },
    begin,
    end,
    output: isSure ? (true as const) : undefined,
    happened: isSure ? ('yes' as const) : ('maybe' as const),
  });
  return [
    // Writes that no client saw, and that need not have happened, are left out already.
    ...[...writes].map(([value, mutation]) => write(value, mutation, true)),
    ...removals
      .filter(({ operation }) => operation)
      .map((removal) => write(null, removal, removal.acknowledged)),
    ...reads.map(({ operation, value, begin, end }) => ({
      id: operation?.id ?? '',
      process: operation?.client ?? '',
      input: { read: true as const },
      output: value,
      begin,
      end,
      happened: 'yes' as const,
    })),
  ];
}
