import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { atFileEnd } from '../file-end.test.helper.js';
import { runCommand } from '../store/scratch.test.helper.js';

const agentFile = fileURLToPath(new URL('fixtures/stepped-agent.mjs', import.meta.url));
/** Shared by the tests of a file: to start one takes longer than what most tests do with it. */
const programs = new Map<number, ReturnType<typeof runCommand>>();
atFileEnd(() => programs.clear());

async function tell(index: number, step: string): Promise<void> {
  const program = programs.get(index) ?? runCommand([process.execPath, agentFile]);
  programs.set(index, program);
  program.tell(step);
  expect(await program.line()).toBe('done');
}

/**
 * A process that knows no Holdfast, and reads and writes when it is told to. It has read nothing, and has no open file.
 * @param index which of the processes that the tests share
 */
export function newAgent(index: number, file: string) {
  let isThere = false;
  return async (step: string) => {
    if (!isThere) await tell(index, `at ${file}`);
    isThere = true;
    await tell(index, step);
  };
}
