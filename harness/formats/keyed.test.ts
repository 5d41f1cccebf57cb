import { expect, test } from 'vitest';
import { type Call, search } from '../linearizable/index.js';
import { type RegisterInput, type RegisterOutput, register } from '../linearizable/models/register.js';
import { dialects } from './dialects.js';

test('a register under a key is searched with the same look-ahead as one without a key', () => {
  const writes = Array.from({ length: 8 }, (_, at) => call({ write: at % 4 }, true, 0, 100));
  const calls = [...writes, call({ read: true }, 0, 101, 102), call({ read: true }, 1, 103, 104)];
  const alone = search(register, calls);
  const keyed = search(
    dialects.register.model,
    calls.map((one) => ({ ...one, input: { key: 'k', input: one.input } })),
  );
  expect(alone.verdict).toBe('invalid');
  expect(keyed).toEqual(alone);
});

function call(
  input: RegisterInput,
  output: RegisterOutput,
  begin: number,
  end: number,
): Call<RegisterInput, RegisterOutput> {
  return { id: 'x', process: 'p', input, output, begin, end, happened: 'yes' };
}
