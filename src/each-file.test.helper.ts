import { afterAll } from 'vitest';
import { endFile } from './file-end.test.helper.js';

/** Vitest runs this for each test file, also where one worker runs many. */
afterAll(endFile);
