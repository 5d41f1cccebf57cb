#!/usr/bin/env node
import { addProduct } from '../../src/cli/product.js';
import { runProgram } from '../../src/cli/run-program.js';
import { addInstruments } from './index.js';

/** The composition root: the one place that puts the commands of the product and those of the harness together. */
await runProgram((program) => {
  addInstruments(program);
  addProduct(program);
});
