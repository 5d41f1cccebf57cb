import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { maskSecret } from '../../credentials/mask.js';
import type { Inspection } from '../../store/file/doctor/inspection.js';
import { patienceMs } from '../../waiting.test.helper.js';
import { command } from '../command.test.helper.js';
import { newUser, sample } from './auth.test.helper.js';
import { diagnose } from './findings.js';
import { humanExpiry } from './time.js';

const healthy: Inspection = {
  given: '/data/auth.json',
  links: [],
  file: '/data/auth.json',
  content: { kind: 'valid', entries: 1, doubled: [], doubledWithin: [] },
  access: { mode: 0o600, uid: 1000, changedMs: 0, size: 10, hardLinks: 1 },
  unsafe: undefined,
  trial: { kind: 'possible' },
  directory: { mode: 0o700, uid: 1000, changedMs: 0, exists: true, writable: true },
  copy: { state: 'usable', entries: 1, sameAsFile: true, mode: 0o600 },
  intents: { state: 'directory', mode: 0o700, participants: [] },
  guards: [],
  foreignLocks: [],
  quarantined: [],
  place: { type: 'ext4', isMountPoint: false, freeBytes: 1e9 },
};

describe('the findings of the doctor', () => {
  const notable = (change: Partial<Inspection>) =>
    diagnose({ ...healthy, ...change }, { nowMs: 0, uid: 1000 })
      .filter(({ severity }) => severity !== 'ok')
      .map(({ severity, subject, todo }) => `${severity}: ${subject}${todo ? '' : ' and nothing to do'}`);

  it('a healthy file has no findings', () => {
    expect(notable({})).toEqual([]);
  });

  it.each<[string, Partial<Inspection>, string]>([
    ['a network file system', { place: { ...healthy.place, type: 'nfs4' } }, 'warn: file system'],
    ['a remote one over FUSE', { place: { ...healthy.place, type: 'fuse.sshfs' } }, 'warn: file system'],
    ['a file that is a mount point', { place: { ...healthy.place, isMountPoint: true } }, 'problem: mount'],
    ['a full disk', { place: { ...healthy.place, freeBytes: 4096 } }, 'problem: disk'],
    ['a damaged copy', { copy: { state: 'unusable', mode: 0o600 } }, 'warn: last-committed copy'],
    ["another user's file", { access: { ...healthy.access, uid: 0 } as Inspection['access'] }, 'warn: file'],
    [
      'a write that was tried and refused',
      { trial: { kind: 'impossible', reason: 'EROFS', todo: 'x' } },
      'problem: write',
    ],
    [
      'a place that another user could change',
      { unsafe: { reason: 'mode 777', todo: 'x' }, trial: { kind: 'untried', reason: 'x' } },
      'problem: directory',
    ],
    [
      'intents that are not readable',
      { intents: { state: 'unreadable', participants: [] } },
      'problem: lease',
    ],
  ])('the doctor has a finding for %s', (_, change, finding) => {
    expect(notable(change)).toEqual([finding]);
  });
});

const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0;
const reason = canMount ? '' : ' (skipped: this user can not mount)';

describe.skipIf(!canMount)(`mounts in the doctor's report${reason}`, () => {
  /** What it finds in a mount namespace in which a shell line was run. */
  async function findingsAfter(line: string) {
    const user = newUser();
    user.writeFile(sample);
    mkdirSync(path.join(user.home, 'empty'));
    const script = `cd "$1" && ${line} && shift && exec "$@"`;
    const program = [process.execPath, command, 'auth', 'doctor', '--json'];
    const args = ['--mount', 'sh', '-c', script, 'sh', path.dirname(user.file), ...program];
    const result = await execa('unshare', args, { env: user.env, reject: false, timeout: patienceMs });
    const { findings } = JSON.parse(result.stdout);
    return { exitCode: result.exitCode, said: findings.map(({ says }: { says: string }) => says).join('\n') };
  }

  it('the doctor reports a file that is mounted by itself', async () => {
    const { exitCode, said } = await findingsAfter('mount --bind auth.json auth.json');
    expect(exitCode).toBe(1);
    expect(said).toContain('the file itself is a mount point');
    expect(said).toMatch(/could not replace .*auth\.json: EXDEV/);
  });

  it('the doctor reports a directory that is mounted read-only', async () => {
    const { exitCode, said } = await findingsAfter('mount --bind . . && mount -o remount,bind,ro "$PWD"');
    expect(exitCode).toBe(1);
    expect(said).toMatch(/could not make anything beside .*: EROFS/);
  });

  it('the doctor names the type of the file system', async () => {
    const { said } = await findingsAfter('mount -t tmpfs -o mode=700 none . && cd .');
    expect(said).toContain('tmpfs');
  });
});

it.each([
  ['', '********'],
  ['short', '********'],
  ['0123456789abcdef', '********'],
  ['0123456789abcdefg', '********defg'],
  ['0123456789abcdef😀😀😀😀', '********😀😀😀😀'],
])('the secret %j is shown as %s', (secret, masked) => {
  expect(maskSecret(secret)).toBe(masked);
});

it.each([
  [0, 'never'],
  [1_000_000, 'expired 0 s ago'],
  [1_000_000 + 90_000, 'in 1 min'],
  [1_000_000 + 3 * 3_600_000 + 0.5, 'in 3 h'],
  [1_000_000 + 90 * 86_400_000 - 60_000, 'in 90 d'],
  [1_000_000 - 59_999, 'expired 59 s ago'],
  [-1, 'expired 16 min ago'],
  [1e300, /^in \S+ d$/],
])('an expiry of %d at 1000000 reads %s', (expires, text) => {
  expect(humanExpiry(expires, 1_000_000)).toMatch(text);
});
