/** A difference from Linux that stays. */
export interface Decision {
  /** The steps that it is about, as the comparison describes them. */
  step: RegExp;
  there: RegExp;
  here: RegExp;
  why: string;
}

/**
 * The comparison with the real file system reads them: any other difference is a mistake.
 *
 * What it can't come to is simpler here in some places:
 * - of `/proc` there is `/proc/self/fd/N`, which the store is anchored at, and nothing else;
 * - root has all capabilities, and a process one user and one group: effective and saved ones are not told apart;
 * - `readdir` lists by name, since the order of a real disk is one of that disk; nothing has a time of access;
 * - a hole in a file takes room, and a directory as much as an empty one;
 * - what is mounted is seen through every mount of the directory in which it is;
 * - of the protections that `sysctl fs.protected_*` switches on there is only that of hard links.
 */
export const decisions: readonly Decision[] = [
  {
    step: /^[AB] open fd\d 0\d*4\d{5} /,
    there: /^opened$/,
    here: /^ELOOP$/,
    why: 'A descriptor of an entry of /proc/self/fd itself, by O_PATH and O_NOFOLLOW, would lead to no file of this system.',
  },
  {
    step: /^[AB] (lutimes|lchown) fd\d /,
    there: /^EPERM$/,
    here: /^undefined$/,
    why: 'A process that has become another user does not own its entries in /proc, as a new process of that user does.',
  },
];

export function isDecided(step: string, there: string, here: string): boolean {
  return decisions.some((one) => one.step.test(step) && one.there.test(there) && one.here.test(here));
}
