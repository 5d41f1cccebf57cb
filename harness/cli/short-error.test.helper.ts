import { expect } from 'vitest';

/** An error of usage is read at once: it has at most 5 lines of 80 columns. */
export function expectShort(stderr: string): void {
  const lines = stderr.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 80)), 0);
  expect(lines).toBeLessThanOrEqual(5);
}
