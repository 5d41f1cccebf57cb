import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { around } from '../../calls.test.helper.js';
import { newDirectory, newFile, siteOf, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { endedName } from '../queue/entry-names.js';
import { createTicket } from '../queue/intents.js';
import { encodeRequest } from '../queue/request.js';

/**
 * A commit has read a request, and is in the file. Before it tells the owner, another hand puts something under the
 * request's name, or under that of its answer.
 */
async function commitWith(plant: (places: { request: string; answer: string }) => void) {
  const file = newFile();
  const site = siteOf(file);
  const { name } = createTicket(site, 'request', 1, encodeRequest([{ key: 'theirs', raw: '1' }]));
  const intents = `${file}.intents`;
  const places = { request: path.join(intents, name), answer: path.join(intents, endedName(name)) };
  const restore = around('renameSync', (_, to) => to === file, { after: () => plant(places) });
  const store = openStore(file, { leaseMs: 20 });
  try {
    await store.update('ours', () => 2).finally(() => store.close());
  } finally {
    expect(restore()).toBe(1);
  }
  const left = () => readdirSync(intents).filter((one) => /^[rd]/.test(one));
  return { file, name, left, intents, ...places };
}

const contentOf = (file: string) => JSON.parse(textOf(file)) as unknown;

/** Like one that another program prepares elsewhere, and swaps in. */
function directoryWithAnotherIn(): string {
  const place = path.join(newDirectory(), 'planted');
  mkdirSync(path.join(place, 'inner'), { recursive: true });
  return place;
}

describe('a foreign entry in the place of a request that was carried along', () => {
  it.each<[string, (place: string) => void]>([
    ['a directory with another one in it', (place) => renameSync(directoryWithAnotherIn(), place)],
    ['an empty directory', (place) => mkdirSync(place)],
    ['a link', (place) => symlinkSync('nowhere', place)],
  ])('a commit leaves what is in the place of the request: %s', async (_, put) => {
    const { file, name, left } = await commitWith(({ request }) => {
      unlinkSync(request);
      put(request);
    });
    expect(contentOf(file)).toEqual({ theirs: 1, ours: 2 });
    expect(left()).toEqual([name]);
  });

  it('the next writer removes an empty directory in the place of a request after waiting a lease for it', async () => {
    const { file, left } = await commitWith(({ request }) => {
      unlinkSync(request);
      mkdirSync(request);
    });
    await openStore(file, { leaseMs: 20 }).set('next', 3);
    expect(left()).toEqual([]);
  });

  it("a directory that can't be removed is an error of the next writer, until it is moved away", async () => {
    const { file, request, left } = await commitWith((places) => {
      unlinkSync(places.request);
      renameSync(directoryWithAnotherIn(), places.request);
    });
    const store = openStore(file, { leaseMs: 20 });
    await expect(store.set('next', 3)).rejects.toThrow(`${request}/inner: it is a directory`);
    renameSync(request, path.join(newDirectory(), 'away'));
    await store.set('next', 3);
    expect([contentOf(file), left()]).toEqual([{ theirs: 1, ours: 2, next: 3 }, []]);
  });
});

it("a commit that can't answer a request succeeds, and the next commit answers it", async () => {
  const { file, answer, name, left } = await commitWith((places) =>
    mkdirSync(path.join(places.answer, 'inner'), { recursive: true }),
  );
  expect(contentOf(file)).toEqual({ theirs: 1, ours: 2 });
  expect(left().sort()).toEqual([path.basename(answer), name]);
  rmSync(answer, { recursive: true });
  await openStore(file, { leaseMs: 20 }).set('next', 3);
  expect(contentOf(file)).toEqual({ theirs: 1, ours: 2, next: 3 });
  expect(left()).toEqual([endedName(name)]);
});
