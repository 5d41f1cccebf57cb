import { type Crew, compare } from './compare.test.helper.js';

/** A program: to become another user is for a process of its own. */
const [crew, sequences, seed] = process.argv.slice(2);
process.stdout.write(JSON.stringify(compare(crew as Crew, Number(sequences), Number(seed))));
