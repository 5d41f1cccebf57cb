/** Bounds of one execution; times are virtual. */

/** Longer than any lease: all others pass a client that is paused for so long. */
export const pauseNs = 120e9;
/** More calls than that, and there is no end to it. */
export const stepsMax = 5000;
/** How long one call of a client that only polls takes, in virtual time, while all others wait. */
export const roundNs = 100e6;
/** So many in a row, and they wait for ever: longer than any deadline. */
export const roundsMax = 1000;
/** When it begins. */
export const startNs = 1e12;
