#!/usr/bin/env node
import type { Command } from 'commander';
import { addAuth } from './auth/index.js';
import { addRun } from './run/index.js';
import { runProgram } from './run-program.js';
import { addServe } from './serve/index.js';
import { addPlaceholders } from './without-harness.js';

/**
 * The composition root: the one place that knows the product and, where it is installed, the harness. Nothing else in `src`
 * imports anything of the harness.
 */
const addInstruments = await findInstruments();

await runProgram((program) => {
  addInstruments(program);
  addAuth(program);
  addServe(program);
  addRun(program);
});

async function findInstruments(): Promise<(program: Command) => void> {
  const place = new URL('../../harness/cli/index.js', import.meta.url).href;
  try {
    return (await import('../../harness/cli/index.js')).addInstruments;
  } catch (error) {
    // Any other error is one of the harness itself, and must be seen.
    const { code, url } = error as NodeJS.ErrnoException & { url?: string };
    if (code === 'ERR_MODULE_NOT_FOUND' && url === place) return addPlaceholders;
    throw error;
  }
}
