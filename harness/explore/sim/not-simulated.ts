import { UncontrolledError } from '../protocol/uncontrolled.js';

/** It does something of which the simulation knows nothing, so it can be explored by real processes only. */
export class NotSimulatedError extends UncontrolledError {}
