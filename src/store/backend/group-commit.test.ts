import { expect, it } from 'vitest';
import { StoreError } from '../../errors/store-error.js';
import { until } from '../../waiting.test.helper.js';
import type { Backend } from './backend.js';
import { GroupCommit } from './group-commit.js';

/** A backend whose commits end when the test says so. */
function newBackend() {
  const commits: { deadline: number; resolve: () => void; reject: (error: unknown) => void }[] = [];
  const backend: Backend = {
    read: () => expect.fail('nothing is read'),
    rewrite: () => expect.fail('nothing is written anew'),
    watch: () => expect.fail('nothing is watched'),
    close: async () => {},
    transact: (_, deadline) =>
      new Promise((resolve, reject) => void commits.push({ deadline, resolve, reject })),
  };
  const commit = async (number: number) => {
    await until(() => commits.length > number);
    return commits[number] ?? expect.fail();
  };
  return { backend, commit };
}

it('each call keeps its own deadline, even if it waits for a batch that fails', async () => {
  const { backend, commit } = newBackend();
  const group = new GroupCommit(backend, 'auth.json');
  const call = (deadline: number) => group.commit((document) => document, { signal: undefined, deadline });
  const [over, soon, later] = [performance.now(), 1e9, 2e9];

  const first = expect(call(over)).rejects.toMatchObject({ code: 'E_TIMEOUT' });
  const second = call(soon);
  const batch = await commit(0);
  expect(batch.deadline).toBe(over);
  const third = call(later);
  batch.reject(new StoreError('E_TIMEOUT', 'the first deadline has passed', { definite: true }));
  await first;
  const next = await commit(1);
  expect(next.deadline).toBe(soon);
  next.reject(new StoreError('E_IO', 'the end of both', { definite: true }));
  for (const call of [second, third]) await expect(call).rejects.toMatchObject({ code: 'E_IO' });
});

it('where no member answers until the first deadline, only the calls with more time try again; a refusal before it is for all', async () => {
  const { backend, commit } = newBackend();
  const group = new GroupCommit(backend, 'etcd://h/a');
  const call = (deadline: number) => group.commit((document) => document, { signal: undefined, deadline });
  const unavailable = () => new StoreError('E_UNAVAILABLE', 'no member answers', { definite: true });

  const first = expect(call(performance.now())).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
  const [second, third] = [call(1e9), call(2e9)];
  (await commit(0)).reject(unavailable());
  await first;
  const next = await commit(1);
  expect(next.deadline).toBe(1e9);
  next.reject(unavailable());
  for (const call of [second, third]) await expect(call).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
});
