import { describe, expect, it } from 'vitest';
import { long } from '../../../src/tiers.test.helper.js';
import { explore, fixture, searchSimulated } from '../explore.test.helper.js';
import type { CallName } from '../protocol/calls.js';
import { errnos } from '../schedule/action.js';
import { errnosOf } from './errnos.js';

const of = (call: CallName, flags?: string) => errnosOf({ id: 1, call, ...(flags ? { flags } : {}) });

describe('the errors of a call', () => {
  it.each([
    ['open', 'r', ['EACCES', 'EIO', 'EMFILE']],
    ['open', 'wctx', ['EACCES', 'EIO', 'EMFILE', 'ENOSPC', 'EPERM']],
    ['read', undefined, ['EIO']],
    ['write', undefined, ['EIO', 'ENOSPC']],
    ['fsync', undefined, ['EIO', 'ENOSPC']],
    ['stat', undefined, ['EACCES', 'EIO']],
    ['rename', undefined, ['EACCES', 'EIO', 'ENOSPC', 'EPERM']],
    ['unlink', undefined, ['EACCES', 'EIO', 'EPERM']],
    ['readdir', undefined, ['EACCES', 'EIO', 'EMFILE']],
    ...(['close', 'alive', 'sleep', 'watch', 'unwatch'] as const).map(
      (call) => [call, undefined, []] as const,
    ),
  ] as const)('a call gets only errors that it can give: %s %s', (call, flags, expected) => {
    expect([...of(call, flags)].sort()).toEqual(expected);
  });

  it('each error of the list is one that some call gives', () => {
    const all = (['open', 'rename', 'write', 'read'] as const).flatMap((call) => of(call, 'wc'));
    expect(new Set(all)).toEqual(new Set(errnos));
  });

  const ways: [way: string, kinds: string[]][] = [
    ['open-EMFILE', ['lost-seed']],
    ['read-ENOSPC', []],
    ['stat-EMFILE', []],
  ];
  const findsOnly =
    (searched: typeof searchSimulated | typeof explore) => async (way: string, kinds: string[]) => {
      const options = { clients: ['set a'], errno: true, strategy: 'dfs' } as const;
      const { failures } = await searched({
        target: `${fixture('takes-errors.mjs')}?way=${way}`,
        ...options,
      });
      expect(failures.map(({ kind }) => kind)).toEqual(kinds);
    };
  const title = 'a store that mishandles only %s has these failures: %j';
  it.each(ways)(`${title}, in simulation`, findsOnly(searchSimulated));
  it.each(ways)(title, long, findsOnly(explore));
});
