import { expect, it } from 'vitest';
import type { Executed, Step } from '../execution/executed.js';
import { blindSpots } from './audit.js';

const step = (call: Partial<Step['call']>, path: string, fd?: number): Step => ({
  ...{ client: 0, action: { do: 'run', client: 0, option: 0 }, now: 0, path },
  call: { id: 1, call: 'open', ...call },
  end: { digest: 0, ...(fd === undefined ? {} : { fd }) },
});

const executed: Executed = {
  ...{ ending: 'done', events: [], waitedNsMax: 0 },
  steps: [
    step({ path: 'd' }, 'd', 17),
    step({ path: 'e', at: 17 }, 'd/e', 18),
    step({ path: 'new', at: 18 }, 'moved/e/new', 19),
    step({ call: 'rename', path: 'new', at: 18, to: 'f', toAt: 17 }, 'moved/e/new'),
  ],
};

const trace = [
  '12 openat(AT_FDCWD</box>, "/box/d", O_RDONLY|O_DIRECTORY) = 17</box/d>',
  '12 openat(AT_FDCWD</box>, "/proc/self/fd/17/e", O_RDONLY|O_DIRECTORY <unfinished ...>',
  '13 openat(AT_FDCWD</box>, "/usr/lib/other", O_RDONLY) = 20</usr/lib/other>',
  '12 <... openat resumed>) = 18</box/d/e>',
  '12 openat(AT_FDCWD</box>, "/proc/self/fd/18/new", O_RDWR|O_CREAT, 0600) = 19</box/moved/e/new>',
  '12 rename("/proc/self/fd/18/new", "/proc/self/fd/17/f") = 0',
];

it('a call on a path below a descriptor is accounted for by its step, even if the directory was moved', () => {
  expect(blindSpots([trace.join('\n')], executed, '/box')).toEqual([]);
});

it('a call that no step accounts for is reported by the path that its descriptor was opened with', () => {
  const more = [...trace, '12 unlink("/proc/self/fd/18/other") = 0', '12 unlink("/proc/self/fd/20/x") = 0'];
  expect(blindSpots([more.join('\n')], executed, '/box')).toEqual(['unlink d/e/other']);
});
