import type { Command } from 'commander';
import { addAuth } from './auth/index.js';
import { addCopy, addSealedCopies } from './copy/index.js';
import { addKey } from './key/index.js';
import { addRun } from './run/index.js';
import { addServe } from './serve/index.js';

/** The commands of the product, in the order of the help. */
export function addProduct(program: Command): void {
  addAuth(program);
  addServe(program);
  addCopy(program);
  addSealedCopies(program);
  addKey(program);
  addRun(program);
}
