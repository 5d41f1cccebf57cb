import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

/**
 * Lets a process stop itself right before its commit call: the call that makes a write visible, a rename
 * onto the file or a write in place. Killing at random moments hardly ever hits this one, and a killed process writes
 * nothing late: only a paused one shows that a lock has no fence.
 *
 * Must run before the target is loaded, for libraries that keep the functions they find.
 * @param places of the file: the path that the target is given, and where links lead from there
 * @param onPause called right before the process stops
 * @param onCommit called before each commit call
 * @returns a function that arms the next commit call
 */
export function installPausePoint(
  places: readonly string[],
  onPause: () => void,
  onCommit: () => void = () => {},
): () => void {
  let armed = false;
  let commits = 0;
  const pauseIfArmed = (place: unknown) => {
    if (typeof place !== 'string' || !places.includes(placeOf(place))) return;
    commits++;
    onCommit();
    // Not the first: proper-lockfile dates a process's first lock up to a second ahead, and so it outlives a short pause.
    if (!armed || commits === 1) return;
    armed = false;
    onPause();
    process.kill(process.pid, 'SIGSTOP');
    // The signal may be taken by another thread: this one must not get to its call before all are stopped.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  };

  for (const owner of [fs, fs.promises]) {
    intercept(owner, 'rename', (args) => pauseIfArmed(args[1]));
    intercept(owner, 'writeFile', (args) => pauseIfArmed(args[0]));
  }
  intercept(fs, 'renameSync', (args) => pauseIfArmed(args[1]));
  intercept(fs, 'writeFileSync', (args) => pauseIfArmed(args[0]));
  syncBuiltinESMExports();
  return () => {
    armed = true;
  };
}

/** By name, where a path begins at an open directory: `/proc/self/fd/N/name`. */
function placeOf(place: string): string {
  const [, descriptor, name] = /^(\/proc\/self\/fd\/\d+)\/(.+)$/.exec(place) ?? [];
  if (descriptor === undefined || name === undefined) return path.resolve(place);
  try {
    return path.join(fs.readlinkSync(descriptor), name);
  } catch {
    // It is closed: the call fails, and commits nothing.
    return place;
  }
}

function intercept(owner: object, name: string, before: (args: unknown[]) => void): void {
  const functions = owner as Record<string, (...args: unknown[]) => unknown>;
  const original = functions[name];
  if (!original) throw new Error(`node:fs has no ${name}`);
  functions[name] = function intercepted(this: unknown, ...args: unknown[]) {
    before(args);
    return original.apply(this, args);
  };
}
