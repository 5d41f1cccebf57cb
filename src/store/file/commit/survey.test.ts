import { existsSync, lstatSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemError } from '../../calls.test.helper.js';
import { newFile, siteOf } from '../../scratch.test.helper.js';
import { endedName, newTicketName } from '../queue/entry-names.js';
import { createIntent, listEntries, release } from '../queue/intents.js';
import { self } from '../queue/owner.js';
import { encodeRequest } from '../queue/request.js';
import type { Recovery } from './recovery.js';
import { readRequests } from './survey.js';

const content = encodeRequest([{ key: 'theirs', raw: '1' }]);

/** A request in the directory of intents, of this process; what becomes of its owner is up to the test. */
function setUp({ text = content, applied = false, done = false, isOurs = true } = {}) {
  const site = siteOf(newFile());
  const intent = createIntent(site);
  onTestFinished(() => release(intent));
  const { intents } = intent;
  const { name: ours, id } = newTicketName('request', 1);
  const name = isOurs ? ours : ours.replace(self.machine, '0'.repeat(12));
  const place = intents.at(done ? endedName(name) : name);
  writeFileSync(place, text, { mode: 0o600 });
  const recovery = { applied: new Set(applied ? [id] : []) } as unknown as Recovery;
  const entries = () => listEntries(intents).filter(({ kind }) => kind !== 'intent');
  const read = (unresponsive = new Set<string>()) =>
    readRequests(site, intent, entries(), recovery, unresponsive);
  /** As if our intent had been made so much later. */
  const wait = (ms: number) => {
    const { mtimeMs } = lstatSync(intents.at(intent.name));
    utimesSync(intents.at(intent.name), (mtimeMs + ms) / 1000, (mtimeMs + ms) / 1000);
  };
  return {
    name,
    id,
    place,
    read,
    wait,
    left: () => readdirSync(intents.self).filter((one) => /^[rd]/.test(one)),
  };
}

/** What the system says of processes that are asked whether they live. */
function withSystemSaying(code: 'ESRCH' | 'EPERM'): void {
  const spy = vi.spyOn(process, 'kill').mockImplementation(() => {
    throw systemError(code);
  });
  onTestFinished(() => spy.mockRestore());
}

describe('a request', () => {
  it('a request of a living process is carried along', () => {
    const { read, id, left } = setUp();
    const { open, applied } = read();
    expect(open).toMatchObject([{ id, edits: [{ key: 'theirs', raw: '1' }] }]);
    expect([applied, left()]).toEqual([[], [expect.any(String)]]);
  });

  it("a request of another user’s process, which can't be asked, is carried along", () => {
    const { read } = setUp();
    withSystemSaying('EPERM');
    expect(read().open).toHaveLength(1);
  });

  it('a request of a dead process is never applied, and is removed', () => {
    const { read, left } = setUp();
    withSystemSaying('ESRCH');
    expect([read(), left()]).toEqual([{ applied: [], open: [] }, []]);
  });

  it('a request whose owner dies after it was read is no longer alive right before the commit', () => {
    const { read } = setUp();
    const [request] = read().open;
    expect(request?.isAlive()).toBe(true);
    withSystemSaying('ESRCH');
    expect(request?.isAlive()).toBe(false);
  });

  it('a request that is part of the base counts as applied, and is not applied again', () => {
    const { read, id } = setUp({ applied: true });
    expect(read()).toMatchObject({ applied: [{ id }], open: [] });
  });

  it.each([
    ['half written', content.slice(0, -1)],
    ['empty', ''],
    ['no list of changes', '{"a":1}\n'],
    ['with a value that is no JSON', '[["a","{"]]\n'],
  ])('a request is left to its owner, and removed if the owner is unresponsive: %s', (_, text) => {
    const { read, name, place } = setUp({ text });
    expect(read().open).toEqual([]);
    expect(existsSync(place)).toBe(true);
    expect(read(new Set([name])).open).toEqual([]);
    expect(existsSync(place)).toBe(false);
  });
});

describe('an answer to a request', () => {
  it('an answer that its owner has not seen is left in place', () => {
    const { read, left } = setUp({ done: true });
    expect([read(), left()]).toEqual([{ applied: [], open: [] }, [expect.stringMatching(/^d1-/)]]);
  });

  it('an answer of a dead process is removed', () => {
    const { read, left } = setUp({ done: true });
    withSystemSaying('ESRCH');
    expect([read(), left()]).toEqual([{ applied: [], open: [] }, []]);
  });

  it('an answer to another machine, or to an earlier boot of this one, is removed a minute after it was given', () => {
    const { read, left, wait } = setUp({ done: true, isOurs: false });
    wait(55_000);
    expect([read(), left()]).toEqual([{ applied: [], open: [] }, [expect.stringMatching(/^d1-/)]]);
    wait(10_000);
    expect([read(), left()]).toEqual([{ applied: [], open: [] }, []]);
  });

  it('an answer to a living process of this machine, and a request of another, are left however old they are', () => {
    for (const [done, isOurs] of [
      [true, true],
      [false, false],
    ]) {
      const { read, left, wait } = setUp({ done, isOurs });
      wait(3_600_000);
      expect([read().open.length, left().length]).toEqual([done ? 0 : 1, 1]);
    }
  });
});
