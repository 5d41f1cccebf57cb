import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FoundBySearch } from './simulate.js';

/** A mutant that loops without a call is stopped by nothing else. */
const patienceMs = 180_000;
/** So many processes search side by side. */
const lanesMax = 4;

/**
 * Searches mutants, as many at once as there are processors.
 * @param names of each mutant; one that no mutant has stands for the store as it is
 * @param onDone is given what was found: undefined where that is nothing within the budget, or there was no end to it
 */
export async function searchMutants(
  names: readonly string[],
  onDone: (name: string, found: FoundBySearch | undefined) => void,
): Promise<void> {
  const lanes = Math.min(lanesMax, availableParallelism());
  const all = Array.from({ length: lanes }, (_, lane) =>
    searchInTurn(
      names.filter((_, index) => index % lanes === lane),
      onDone,
    ),
  );
  await Promise.all(all);
}

async function searchInTurn(
  names: readonly string[],
  onDone: (name: string, found: FoundBySearch | undefined) => void,
): Promise<void> {
  for (let done = 0; done < names.length; ) {
    for await (const found of searchInProcess(names.slice(done))) onDone(names[done++] as string, found);
    // It ended before its time: the one that it was at has no end.
    if (done < names.length) onDone(names[done++] as string, undefined);
  }
}

async function* searchInProcess(names: readonly string[]): AsyncGenerator<FoundBySearch | undefined> {
  const script = fileURLToPath(new URL('./search-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(names)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const begin = () => setTimeout(() => child.kill('SIGKILL'), patienceMs);
  let timer = begin();
  try {
    for await (const line of createInterface(child.stdout)) {
      clearTimeout(timer);
      timer = begin();
      yield (JSON.parse(line) as FoundBySearch | null) ?? undefined;
    }
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}
