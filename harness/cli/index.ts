import type { Command } from 'commander';
import { addBench } from './bench.js';
import { addCheck } from './check.js';
import { addExplore } from './explore.js';
import { addField } from './field.js';
import { addInit } from './init.js';
import { addList } from './list.js';
import { addMerge } from './merge.js';
import { addReplay } from './replay.js';
import { addShow } from './show.js';
import { addStress } from './stress.js';

/** The commands of the harness, in the order of the help. Each loads the harness itself only when it runs. */
export function addInstruments(program: Command): void {
  addStress(program);
  addMerge(program);
  addExplore(program);
  addField(program);
  addReplay(program);
  addCheck(program);
  addList(program);
  addShow(program);
  addBench(program);
  addInit(program);
}
