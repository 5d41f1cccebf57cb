import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { type Call, one } from '../calls/call.js';
import { inside } from '../calls/inside.js';
import { Timers } from '../calls/timers.js';
import { Watches } from '../calls/watches.js';
import { runProgram } from '../client/program.js';
import { factsOf } from '../protocol/calls.js';
import type { ClientSetup, Grant } from '../protocol/protocol.js';
import { Loop } from './loop.js';
import { real } from './real.js';
import { self } from './real-self.js';
import { refuseUncontrolled, replaceFs, replaceWatch } from './replace-fs.js';
import { replaceProcess } from './replace-process.js';
import { replaceTime } from './replace-time.js';
import { snapshot } from './restore.js';
import { seedEverything } from './seed-everything.js';
import { targetLoader } from './target.js';
import { changeOutside, reportUnsteered } from './unsteered-calls.js';

/**
 * Loaded into a client process before anything else (`node --import`): from here on the process stops before every call of
 * the file system inside the sandbox, and its time, randomness and number are those that the scheduler gives.
 */
const setup = JSON.parse(process.env.HOLDFAST_GATE ?? '') as ClientSetup;
delete process.env.HOLDFAST_GATE;
const { clock, randomness } = self;
if (setup.pid !== undefined) Object.assign(self, { pid: setup.pid, startTime: setup.startTime ?? 0 });

const openFiles = new Set<number>();
const isOurs = inside({
  root: setup.root,
  system: real.fs,
  isOpen: (fd) => openFiles.has(fd),
  refuse: (why) => loop.halt('refused', why),
});
const timers = new Timers(clock);
let begun = false;
let restore: (() => void) | undefined;

const loop = new Loop(
  clock,
  {
    dueNext: () => timers.dueNext(),
    fireNext: () => timers.fireNext(),
    fireWatch: (grant) => watches.fire(grant),
    keepsAlive: () => timers.keepsAlive() || watches.keepsAlive(),
  },
  begin,
  () => process.emit('exit', 0),
  stopsAt,
);

const run = (call: Call) => loop.runNow(one(call));
const watches = new Watches(self, run);

/** Only these are asked for. */
function stopsAt(call: Call): boolean {
  if (!begun) return false;
  const isOurs = isInside(call);
  const outside = isOurs ? undefined : changeOutside(call);
  if (outside !== undefined) loop.notes.add(outside);
  return isOurs;
}

/** Only what was opened in the sandbox is asked for. */
function isInside(call: Call): boolean {
  if (!isOurs(call)) return false;
  const { descriptors } = factsOf(call.call) ?? {};
  if (descriptors === 'opens') track(call);
  else if (descriptors === 'closes' && call.fd !== undefined) untrack(call, call.fd);
  return true;
}

function track(call: Call): void {
  const { run: open } = call;
  call.run = (grant) => {
    const fd = open(grant) as number;
    openFiles.add(fd);
    return fd;
  };
}

function untrack(call: Call, fd: number): void {
  const { run: close } = call;
  call.run = (grant) => {
    openFiles.delete(fd);
    return close(grant);
  };
}

function begin(grant: Extract<Grant, { type: 'begin' }>): void {
  begun = false;
  for (const fd of openFiles) real.fs.closeSync(fd);
  openFiles.clear();
  timers.clear();
  watches.clear();
  // Not before: Node itself makes some things global when it runs the main script.
  restore ??= snapshot();
  restore();
  if (grant.umask !== undefined) process.umask(grant.umask);
  clock.restart(grant.now, grant.skewMs);
  randomness.seed(grant.seed);
  const { pid, startTime, boot, namespace } = grant;
  Object.assign(self, { pid, startTime, boot, namespace });
  loop.details = grant.details;
  begun = true;
  const { life } = loop;
  const program = async () => {
    await runProgram(grant, setup, load, (event) => loop.emit(event), fs);
    if (life === loop.life) loop.isDone = true;
  };
  program().catch((error) => loop.onUncaught(error, life));
}

reportUnsteered((words) => loop.notes.add(words));
seedEverything(randomness, (callback) => loop.later(callback));
replaceFs(self, loop);
refuseUncontrolled(loop);
replaceTime(timers, loop, (due) => run({ call: 'sleep', due, run: () => undefined }));
replaceWatch(watches);
replaceProcess(self, loop, run);
syncBuiltinESMExports();
process.setUncaughtExceptionCaptureCallback((error) => loop.onUncaught(error, loop.life));
// Streams and rimraf take their functions from `fs` when they are first needed.
void fs.ReadStream;
const load = await targetLoader(setup);
process.chdir(setup.root);
loop.start();
