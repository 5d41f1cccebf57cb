import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../tiers.test.helper.js';
import { newFile, textOf } from '../scratch.test.helper.js';
import { asNobody, having, lacks } from '../system.test.helper.js';
import { newAgent } from './agent.test.helper.js';
import { newProvider } from './oauth-server.test.helper.js';

const old = 'account-refresh-0';
const next = 'account-refresh-1';
const quoted = JSON.stringify;

const immutable: string[] = [];
afterAll(() => {
  for (const file of immutable) spawnSync('chattr', ['-i', file]);
});

function canBeImmutable(): boolean {
  const probe = path.join(mkdtempSync(path.join(tmpdir(), 'holdfast-probe-')), 'file');
  writeFileSync(probe, '');
  const { status } = spawnSync('chattr', ['+i', probe]);
  if (status === 0) spawnSync('chattr', ['-i', probe]);
  else process.stderr.write('skipped: chattr +i not to be had here\n');
  return status === 0;
}

/** A file with an expired credential, in a directory that other users may enter. */
async function setUp() {
  const [file, provider] = [newFile(), await newProvider()];
  for (const directory of [path.dirname(path.dirname(file)), path.dirname(file)]) chmodSync(directory, 0o711);
  writeFileSync(file, JSON.stringify({ p: provider.expired() }), { mode: 0o644 });
  return { file, provider };
}

type Place = (file: string) => { wrapper?: string[]; file?: string };

const bound: Place = (file) => {
  const source = newFile();
  writeFileSync(source, textOf(file), { mode: 0o600 });
  return { wrapper: having(`mount --bind ${quoted(source)} ${quoted(file)}`) };
};
const anothers: Place = (file) => {
  chownSync(path.dirname(file), 65534, 65534);
  return { wrapper: asNobody };
};
const sticky: Place = (file) => {
  chmodSync(path.dirname(file), 0o1777);
  return { wrapper: asNobody };
};
const linked: Place = (file) => {
  const link = newFile();
  symlinkSync(file, link);
  return { ...bound(file), file: link };
};
const unchangeable: Place = (file) => {
  immutable.push(file);
  expect(spawnSync('chattr', ['+i', file]).status).toBe(0);
  return {};
};
/** The disk fails for every file. */
const unsynced = `
  const fail = () => { throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' }); };
  const fsync = (descriptor, callback) => callback(Object.assign(new Error('EIO'), { code: 'EIO' }));
  interceptFs({ fsyncSync: fail, fsync });`;

describe('a file to which no answer could be written', () => {
  /** What the directory or the file forbids: the others are variations. */
  const places: [string, boolean, Place, string?][] = [
    ['a file that is a mount point', lacks('root', 'mount'), bound],
    ['another user’s file in the user’s own directory', lacks('root', 'setpriv'), anothers],
    ['a file that is immutable', lacks('root') || !canBeImmutable(), unchangeable],
    ['a disk that fails to sync', false, () => ({}), unsynced],
    ['a link to a file that is a mount point', lacks('root', 'mount'), linked],
    ['another user’s file in a sticky directory', lacks('root', 'setpriv'), sticky],
  ];
  for (const [at, [name, isSkipped, place, setup = '']] of places.entries())
    it.skipIf(isSkipped)(`no process asks the provider with ${name}`, at < 2 ? {} : long, async () => {
      const { file, provider } = await setUp();
      const before = textOf(file);
      const { wrapper = [], file: given = file } = place(file);
      const agents = await Promise.all([0, 1].map(() => newAgent(given, provider.url, { wrapper, setup })));
      for (const ended of await Promise.all(agents.map((agent) => agent.call('refresh', old)))) {
        expect(ended).toMatchObject({ ok: false, code: 'E_IO', definite: true });
        expect(ended.token).toBeUndefined();
        expect(ended.message).toContain('The provider was not asked, and no token is spent');
      }
      expect(provider.requests).toEqual([]);
      expect(textOf(file)).toBe(before);
    });
});

/** Nothing can be staged any more from the moment on at which the provider has answered, as on a disk that fills. */
const fillable = `
  const { openSync } = fs;
  const openWhereRoom = (place, flags, ...more) => {
    if (state.isFull && String(place).endsWith('/new')) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    return openSync(place, flags, ...more);
  };
  interceptFs({ openSync: openWhereRoom });`;
const fills = 'state.isFull = true;';

describe("an answer that can't be stored", () => {
  async function spent() {
    const { file, provider } = await setUp();
    const holder = await newAgent(file, provider.url, { setup: fillable, after: fills });
    const other = await newAgent(file, provider.url);
    const ended = await holder.call('refresh', old);
    expect(ended).toMatchObject({ ok: false, code: 'E_IO', definite: false, token: next });
    expect(ended.message).toContain('is spent, and the new one could not be stored');
    expect(ended.shown).toContain('ENOSPC');
    expect(ended.shown).not.toMatch(/account-(?:refresh|access)/);
    const elsewhere = await other.call('refresh', old);
    expect(elsewhere).toMatchObject({ ok: false, code: 'E_REFRESH', definite: true, pid: holder.pid });
    expect(elsewhere.token).toBeUndefined();
    const again = await holder.call('refresh', old);
    expect(again).toMatchObject({ ok: false, code: 'E_IO', definite: false, token: next });
    expect(provider.requests).toEqual([{ refresh: old, granted: true }]);
    return { file, provider, holder, other };
  }

  eachInTiers<[string, string[][]]>([
    ['', []],
    [' by a store that is opened anew', [['reopen']]],
  ])('the next call of that process%s stores the answer, and every process gets it', async (_, calls) => {
    const { file, provider, holder, other } = await spent();
    for (const call of calls) expect(await holder.call(...call)).toEqual({ ok: true });
    await holder.call('run', 'state.isFull = false;');
    expect(await holder.call('refresh', old)).toEqual({ ok: true, token: next });
    expect(await other.call('refresh', old)).toEqual({ ok: true, token: next });
    expect(provider.requests).toEqual([{ refresh: old, granted: true }]);
    expect(existsSync(`${file}.refresh`)).toBe(false);
  });

  it('an unstored answer blocks neither a login nor the refresh that follows', async () => {
    const { file, provider, holder, other } = await spent();
    // The account's login, which this provider takes for a good one.
    expect(await other.call('login', { ...provider.current(), access: 'login' })).toEqual({ ok: true });
    expect(await other.call('refresh', next)).toEqual({ ok: true, token: 'account-refresh-2' });
    expect(await holder.call('refresh', old)).toEqual({ ok: true, token: 'account-refresh-2' });
    expect(provider.requests.map(({ granted }) => granted)).toEqual([true, true]);
    expect(existsSync(`${file}.refresh`)).toBe(false);
  });

  it('an unstored answer is lost with its process, and the next refresh is refused and fails', async () => {
    const { provider, holder, other } = await spent();
    holder.kill();
    await holder.ended;
    expect(await other.call('refresh', old)).toMatchObject({ ok: false, code: 'E_REFRESH', definite: true });
    expect(provider.requests.map(({ granted }) => granted)).toEqual([true, false]);
    expect(await other.call('login', { ...provider.current(), access: 'login' })).toEqual({ ok: true });
    expect(await other.call('refresh', next)).toEqual({ ok: true, token: 'account-refresh-2' });
  });

  it('an answer that is stored and not durable is returned with the error, and other processes adopt it', async () => {
    const { file, provider } = await setUp();
    const setup = `
      const { renameSync, fsyncSync, fsync } = fs;
      const error = () => Object.assign(new Error('EIO'), { code: 'EIO' });
      interceptFs({
        renameSync: (from, to) => { renameSync(from, to); state.isBroken ||= state.isAsked && String(to).endsWith('/auth.json'); },
        fsyncSync: (descriptor) => { if (state.isBroken) throw error(); fsyncSync(descriptor); },
        fsync: (descriptor, callback) => (state.isBroken ? callback(error()) : fsync(descriptor, callback)),
      });`;
    const holder = await newAgent(file, provider.url, { setup, after: 'state.isAsked = true;' });
    const ended = await holder.call('refresh', old);
    expect(ended).toMatchObject({ ok: false, code: 'E_UNKNOWN', definite: false, token: next });
    const other = await newAgent(file, provider.url);
    expect(await other.call('refresh', old)).toEqual({ ok: true, token: next });
    expect(provider.requests).toEqual([{ refresh: old, granted: true }]);
  });

  it.skipIf(lacks('root', 'mount'))(
    'an answer that finds a full disk is kept until there is room again',
    async () => {
      const { file, provider } = await setUp();
      const directory = quoted(path.dirname(file));
      const wrapper = having(`mount -t tmpfs -o size=128k,mode=700 none ${directory}`);
      const filler = quoted(path.join(path.dirname(file), 'filler'));
      const fill = `
      const filler = fs.openSync(${filler}, 'w');
      try { for (;;) fs.writeSync(filler, Buffer.alloc(512)); } catch {} finally { fs.closeSync(filler); }`;
      const holder = await newAgent(file, provider.url, { wrapper, after: fill });
      expect(await holder.call('login', provider.expired())).toEqual({ ok: true });
      const inside = ['nsenter', '--mount', '--target', String(holder.pid)];
      const other = await newAgent(file, provider.url, { wrapper: inside });
      const ended = await holder.call('refresh', old);
      expect(ended).toMatchObject({ ok: false, code: 'E_IO', definite: false, token: next });
      expect(ended.message).toMatch(/ENOSPC.*Make room and try again/);
      expect(await other.call('refresh', old)).toMatchObject({ code: 'E_REFRESH', definite: true });
      await holder.call('run', `fs.rmSync(${filler})`);
      expect(await holder.call('refresh', old)).toEqual({ ok: true, token: next });
      expect(await other.call('refresh', old)).toEqual({ ok: true, token: next });
      expect(provider.requests).toEqual([{ refresh: old, granted: true }]);
    },
  );
});

it('a refresher that is slow after its commit removes no claim of later refreshers', async () => {
  const { file, provider } = await setUp();
  const goOn = newFile();
  const setup = `
    const { renameSync } = fs;
    const renameAndWait = (from, to) => {
      renameSync(from, to);
      if (!state.isAsked || !String(to).endsWith('/auth.json')) return;
      state.isAsked = false;
      fs.writeSync(1, 'stored\\n');
      while (!fs.existsSync(${quoted(goOn)})) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    };
    interceptFs({ renameSync: renameAndWait });`;
  const slow = await newAgent(file, provider.url, { setup, after: 'state.isAsked = true;' });
  slow.begin('refresh', old);
  await slow.says('stored');
  const quick = await newAgent(file, provider.url);
  expect(await quick.call('refresh', next)).toEqual({ ok: true, token: 'account-refresh-2' });
  const asking = await newAgent(file, provider.url, { after: 'say("answered"); await told();' });
  asking.begin('refresh', 'account-refresh-2');
  await asking.says('"answered"');
  writeFileSync(goOn, '');
  expect(await slow.outcome()).toEqual({ ok: true, token: next });
  const late = await newAgent(file, provider.url);
  late.begin('refresh', 'account-refresh-2');
  // What it takes to see that a claim is in the way, or to ask.
  await new Promise((resolve) => setTimeout(resolve, 400));
  asking.tell('go on');
  for (const agent of [asking, late])
    expect(await agent.outcome()).toEqual({ ok: true, token: 'account-refresh-3' });
  expect(provider.requests.map(({ granted }) => granted)).toEqual([true, true, true]);
});
