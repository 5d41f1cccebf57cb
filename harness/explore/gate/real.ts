import fs from 'node:fs';

/**
 * The functions as they were before this process was gated. Loaded before anything is replaced, and the one place from
 * which the gate itself takes them: its own call of a replaced function would wait for itself.
 */
export const real = {
  fs: { ...fs } as typeof fs,
  setImmediate,
  setTimeout,
  clearTimeout,
  Date,
  kill: process.kill.bind(process),
  pid: process.pid,
};
