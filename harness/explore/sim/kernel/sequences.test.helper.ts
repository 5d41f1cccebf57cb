import { constants, readFileSync } from 'node:fs';
import type { CallName } from '../../protocol/calls.js';

/** A path as both file systems are given it. */
export interface Place {
  /** `absolute`: below the root of the sandbox; `relative`: to the directory of the process; a number: to what that slot holds open. */
  from: 'absolute' | 'relative' | number;
  rest: string;
}

/** A call with all that any call could need. Descriptors are slots, since their numbers differ. */
export interface Step {
  who: 0 | 1;
  call: Exclude<CallName, 'lock' | 'unlock' | 'watch' | 'unwatch' | 'alive' | 'sleep' | 'resolve'>;
  place: Place;
  to: Place;
  slot: number;
  flags: number;
  mode: number;
  size: number;
  text: string;
  position: number | null;
  target: string;
  uid: number;
  gid: number;
  /** Seconds: small, so that it is told from the time of the clock. */
  mtime: number;
}

export const slots = 2;
export const user = 1000;
/** A group of both processes beside their own. */
export const commonGroup = 3000;
const names = ['a', 'a', 'a', 'b', 'b', 'c', 'd'];

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_DIRECTORY, O_NOFOLLOW } = constants;
const O_PATH = 0o10000000;
const waysToOpen = [
  ...[O_RDONLY, O_WRONLY, O_RDWR, O_RDWR | O_TRUNC, O_WRONLY | O_APPEND, O_RDONLY | O_NOFOLLOW],
  ...[O_WRONLY | O_CREAT, O_RDWR | O_CREAT, O_RDONLY | O_CREAT, O_WRONLY | O_CREAT | O_APPEND],
  ...[O_WRONLY | O_CREAT | O_TRUNC, O_WRONLY | O_CREAT | O_EXCL, O_RDWR | O_CREAT | O_NOFOLLOW],
  ...[O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, O_RDONLY | O_TRUNC, O_RDWR | O_CREAT | O_EXCL | O_TRUNC],
  ...[O_RDONLY | O_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, O_WRONLY | O_DIRECTORY],
  ...[O_CREAT | O_DIRECTORY, O_PATH, O_PATH | O_NOFOLLOW, O_PATH | O_DIRECTORY | O_NOFOLLOW],
];

/**
 * Systems that protect links and files in sticky directories of all users do it by rules of their own, which are not simulated.
 * There only other sticky directories are made.
 */
const isProtected = ['symlinks', 'regular'].some(
  (what) => readFileSync(`/proc/sys/fs/protected_${what}`, 'utf8').trim() !== '0',
);
const sticky = isProtected ? 0o1755 : 0o1777;

const modes = [
  ...[0o600, 0o644, 0o700, 0o755, 0o750, 0o500, 0o000, 0o300, 0o666, 0o777, 0o070, 0o007, 0o711],
  ...[sticky, sticky, 0o2770, 0o2755, 0o4755, 0o6711, 0o2600],
];

const calls = [
  'open open open open open open close read readv write write write writev truncate ftruncate fsync',
  'fdatasync access access stat stat lstat lstat fstat chmod chmod fchmod chown lchown fchown utimes',
  'lutimes futimes readdir readdir mkdir mkdir mkdir mkdir rmdir rmdir unlink unlink symlink symlink',
  'symlink link link rename rename rename rename copyFile readlink realpath realpath',
].flatMap((line) => line.split(' ') as Step['call'][]);

/** With these a sequence begins, so that later calls find something. */
const making = 'mkdir mkdir mkdir open open open symlink link'.split(' ') as Step['call'][];

/**
 * What one number stands for. Numbers that lie close together stand for unlike calls.
 * @param isFirst it is one that makes something
 */
export function stepOf(number: number, isFirst: boolean): Step {
  const random = draws(number);
  const pick = <T>(items: readonly T[]) => items[random(items.length)] as T;
  const rest = (): string => {
    const words = Array.from({ length: pick([1, 1, 1, 2, 2, 3]) }, () =>
      random(20) === 0 ? '..' : random(24) === 0 ? '.' : pick(names),
    );
    const path = words.join(random(30) === 0 ? '//' : '/');
    const end = random(12);
    return end === 0 ? `${path}/` : end === 1 && random(4) === 0 ? `${path}/.` : path;
  };
  const place = (): Place => {
    const kind = random(40);
    if (kind < 20) return { from: 'absolute', rest: rest() };
    if (kind < 28) return { from: 'relative', rest: rest() };
    if (kind === 28)
      return { from: 'relative', rest: pick(['', '.', '..', 'n'.repeat(255), 'n'.repeat(256)]) };
    const from = random(slots);
    return { from, rest: random(4) === 0 ? pick(['', '', '/', '/.', '/..']) : `/${rest()}` };
  };
  return {
    who: random(2) as 0 | 1,
    call: pick(isFirst ? making : calls),
    place: place(),
    to: place(),
    slot: random(slots),
    flags: isFirst && random(3) > 0 ? O_RDWR | O_CREAT : pick(waysToOpen),
    mode: isFirst && random(3) > 0 ? pick([0o755, 0o777, 0o644, sticky]) : pick(modes),
    size: random(12),
    text: 'wxyz'.slice(0, random(5)),
    position: random(3) === 0 ? random(9) : null,
    target: random(4) === 0 ? `//${rest()}` : random(9) === 0 ? '' : rest(),
    uid: pick([-1, -1, 0, user]),
    gid: pick([-1, -1, 0, user, commonGroup]),
    mtime: 1 + random(5),
  };
}

/** With these a sequence ends, so that it is known what it has made. */
export const lastLook: readonly Step[] = [
  ...([0, 1] as const).flatMap((who) => [0, 1].map((slot) => look({ call: 'fstat', who, slot }))),
  look({ call: 'readdir' }),
  ...['a', 'b', 'c', 'd'].flatMap((rest) => {
    const place: Place = { from: 'absolute', rest };
    return [
      look({ call: 'lstat', place }),
      look({ call: 'open', place, flags: O_RDONLY }),
      look({ call: 'read', size: 30, position: 0 }),
    ];
  }),
];

function look(step: Partial<Step>): Step {
  return { ...stepOf(0, false), who: 0, slot: 0, place: { from: 'absolute', rest: '.' }, ...step };
}

/** A small generator of numbers (mulberry32): one is made for each step. */
function draws(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A step in one line, with what it needs. */
export function describeStep(step: Step): string {
  const place = ({ from, rest }: Place) =>
    from === 'absolute' ? `/${rest}` : from === 'relative' ? `'${rest}'` : `fd${from}${rest}`;
  const { who, call, slot, flags, mode, size, text, position, target, uid, gid, mtime } = step;
  const details: Partial<Record<Step['call'], unknown[]>> = {
    open: [place(step.place), `0${flags.toString(8)}`, mode.toString(8), '->', slot],
    rename: [place(step.place), place(step.to)],
    link: [place(step.place), place(step.to)],
    copyFile: [place(step.place), place(step.to)],
    symlink: [target, place(step.place)],
    chmod: [place(step.place), mode.toString(8)],
    mkdir: [place(step.place), mode.toString(8)],
    chown: [place(step.place), uid, gid],
    lchown: [place(step.place), uid, gid],
    utimes: [place(step.place), mtime],
    lutimes: [place(step.place), mtime],
    truncate: [place(step.place), size],
    access: [place(step.place), size & 7],
  };
  const isOnFile = /^(close|readv?|writev?|f[a-z]+)$/.test(call);
  const rest = details[call] ?? (isOnFile ? [`fd${slot}`, text, position, size] : [place(step.place)]);
  return `${'AB'[who]} ${call} ${rest.join(' ')}`;
}
