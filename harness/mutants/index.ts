import { ofTheStore } from './store.js';

/** What is broken on purpose, and which test notices. A test that no mutant has ever turned red proves nothing. */
export const mutants = [...ofTheStore];
