import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { atFileEnd } from '../file-end.test.helper.js';
import { newDirectory } from '../store/scratch.test.helper.js';

/** Two users who own nothing, and need no name. */
export const mallory = 1001;
export const victim = 1002;

/** A text in all files that only root may read. */
export const canary = 'CANARY-OF-ROOT';

export const asUser = (uid: number) => [
  ...['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups'],
];

/** A new directory of a user, who can come there, in one of root's. */
export function homeOf(uid: number, mode = 0o755): string {
  const directory = newDirectory();
  for (const above of [path.dirname(directory), directory]) chmodSync(above, 0o711);
  const home = path.join(directory, 'home');
  mkdirSync(home);
  lchownSync(home, uid, uid);
  chmodSync(home, mode);
  return home;
}

/** It and all below it. `readdir` by itself goes through links. */
function namesBelow(directory: string, name = ''): string[] {
  const place = path.join(directory, name);
  const isDirectory = lstatSync(place, { throwIfNoEntry: false })?.isDirectory();
  const below = isDirectory ? readdirSync(place).sort() : [];
  return [name, ...below.flatMap((each) => namesBelow(directory, path.join(name, each)))];
}

/** All below it becomes the user's. */
export function giveAll(directory: string, uid: number): void {
  for (const name of namesBelow(directory)) lchownSync(path.join(directory, name), uid, uid);
}

/** Files of root's that no other user may read or write, with the names that a store looks for. */
export function newOutside(): string {
  const outside = path.join(newDirectory(), 'outside');
  chmodSync(path.dirname(outside), 0o711);
  for (const directory of ['', 'sub', 'auth.json.intents'])
    mkdirSync(path.join(outside, directory), { mode: 0o755 });
  const json = JSON.stringify({ [canary]: { type: 'api', key: canary } });
  for (const name of ['auth.json', 'secret.json', 'sub/file', 'auth.json.intents/file'])
    writeFileSync(path.join(outside, name), json, { mode: 0o600 });
  for (const name of [
    'sub/file',
    'auth.json.intents/file',
    'secret.json',
    'auth.json',
    'auth.json.intents',
    'sub',
    '',
  ])
    utimesSync(path.join(outside, name), 1000, 1000);
  return outside;
}

/** Owner, mode, time and content of all that is there. */
export function listingOf(directory: string): string[] {
  return namesBelow(directory).map((name) => {
    const place = path.join(directory, name);
    const stats = lstatSync(place);
    const { uid, gid, mode, nlink, mtimeMs } = stats;
    const content = stats.isFile() ? readFileSync(place, 'latin1') : '';
    return [name, uid, gid, mode.toString(8), nlink, mtimeMs, content].join(' ');
  });
}

/** Files of the user with something of root's in them. */
export function leaksIn(directory: string, uid: number): string[] {
  return namesBelow(directory).filter((name) => {
    const place = path.join(directory, name);
    const stats = lstatSync(place, { throwIfNoEntry: false });
    return stats?.isFile() && stats.uid === uid && readFileSync(place, 'latin1').includes(canary);
  });
}

const children: ReturnType<typeof spawn>[] = [];
atFileEnd(() => {
  for (const child of children.splice(0)) endGroup(child);
});

function endGroup({ pid, exitCode, signalCode }: ReturnType<typeof spawn>): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
}

/** Runs a program of Node or another as a user, until the tests of the file are over or it is ended. */
export function attack(uid: number, command: string[]): { end: () => void; ended: Promise<unknown> } {
  const [name = '', ...args] = [...asUser(uid), ...command];
  // In a group of its own: what a shell has started goes with it.
  const child = spawn(name, args, { stdio: 'ignore', detached: true });
  children.push(child);
  return { end: () => endGroup(child), ended: once(child, 'exit') };
}

/** Exchanges names two by two, each with the next, as fast as the system can. */
const exchangeSource = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <signal.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
int main(int argc, char **argv) {
  // It would outlive a test run that was killed.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (chdir(argv[1])) return 1;
  for (;;)
    for (int i = 2; i + 1 < argc; i += 2) {
      syscall(SYS_renameat2, AT_FDCWD, argv[i], AT_FDCWD, argv[i + 1], 2);
      for (volatile int wait = 0; wait < 3000; wait++) {}
    }
}`;

/** The program that exchanges names; undefined, with a printed line, where there is no compiler. */
export function compileExchange(): string | undefined {
  const directory = newDirectory();
  for (const above of [path.dirname(directory), directory]) chmodSync(above, 0o711);
  const program = path.join(directory, 'exchange');
  writeFileSync(`${program}.c`, exchangeSource);
  try {
    execFileSync('cc', ['-O1', '-o', program, `${program}.c`], { stdio: 'pipe' });
  } catch {
    process.stderr.write('skipped: cc not to be had here\n');
    return undefined;
  }
  chmodSync(program, 0o755);
  return program;
}
