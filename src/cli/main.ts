#!/usr/bin/env node
import { addProduct } from './product.js';
import { runProgram } from './run-program.js';
import { addPlaceholders } from './without-harness.js';

/** The command of the product alone. With the harness, `harness/cli/main.ts` is started in its place. */
await runProgram((program) => {
  addProduct(program);
  addPlaceholders(program);
});
