import fc from 'fast-check';
import { DepthFirst } from './depth-first.js';
import { Dpor } from './dpor.js';
import type { ToyProgram, ToyStep } from './toy.test.helper.js';

/** A search that is not divided. */
export const alone = { index: 0, of: 1 };
export const write = (on: string): ToyStep => ({ how: 'write', on });
export const read = (on: string): ToyStep => ({ how: 'read', on });
/** Every interleaving. */
export const all = () => new DepthFirst({ preemptionsMax: undefined, prunes: false });
/** Every interleaving up to the order of steps that do not conflict. */
export const reduced = ({ length: clients }: ToyProgram, preemptionsMax?: number) =>
  new Dpor({ clients, preemptionsMax });

/** How many ways there are to interleave so many steps of each: the multinomial coefficient. */
export function interleavings(counts: readonly number[]): number {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  return counts.reduce(
    (quotient, count) => quotient / factorial(count),
    factorial(counts.reduce((a, b) => a + b, 0)),
  );
}

const steps = fc.record({
  how: fc.constantFrom('read', 'write', 'add'),
  on: fc.constantFrom('x', 'y', ''),
}) as fc.Arbitrary<ToyStep>;
/** Small programs of two or three clients. */
export const programs: fc.Arbitrary<ToyProgram> = fc.oneof(
  fc.array(fc.array(steps, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 2 }),
  fc.array(fc.array(steps, { minLength: 1, maxLength: 2 }), { minLength: 3, maxLength: 3 }),
);
