import { mutants } from './index.js';
import { searchBySimulation } from './simulate.js';

/**
 * Searches mutants, one after the other: those whose names are given, as JSON. For each it writes a line of JSON, null where nothing
 * was found. In a process of its own: one that never comes to a stop can be ended.
 */
const names = JSON.parse(process.argv[2] ?? '[]') as string[];
for (const name of names) {
  const found = await searchBySimulation(mutants.find((mutant) => mutant.name === name));
  process.stdout.write(`${JSON.stringify(found ?? null)}\n`);
}
