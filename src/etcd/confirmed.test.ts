import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { failureOf } from '../conformance/case.js';
import { openStore, openTokens } from '../index.js';
import { eventually, passTime } from '../waiting.test.helper.js';
import { Etcd } from './client.js';
import { lacksEtcd, type SharedCluster, sharedCluster } from './cluster.test.helper.js';
import { ConfirmedState } from './confirmed.js';
import { etcd } from './index.js';
import { type Answer, Connections } from './member.js';
import { settingsOf } from './options.js';
import { Registrations } from './registrations.js';
import { encode, endOf } from './wire.js';

/** What is asked of etcd, by what it changes or reads. */
type Kind = 'register' | 'say' | 'read';

/** Calls back before each request is sent, and before its answer is returned. */
class Watched extends Connections {
  before: (kind: Kind) => unknown = () => {};
  after: (kind: Kind) => unknown = () => {};

  override async post(...args: Parameters<Connections['post']>): Promise<Answer> {
    const text = JSON.stringify(args[1]);
    const kind = !text.includes('request_put') ? 'read' : text.includes('"VERSION"') ? 'register' : 'say';
    await this.before(kind);
    const [url, body, options] = args;
    // What a test holds up is no failure of the network.
    const answer = await super.post(url, body, { ...options, timeoutMs: 60_000 });
    await this.after(kind);
    return answer;
  }
}

const soon = () => performance.now() + 60_000;

describe.skipIf(lacksEtcd())('what is believed from memory', () => {
  let cluster: SharedCluster;
  beforeAll(async () => {
    cluster = await sharedCluster();
  });

  /** A memory of tokens on a network that is watched, and tokens of another host. */
  async function newMemory() {
    const options = { endpoints: cluster.endpoints, prefix: cluster.prefix() };
    const settings = settingsOf(options, 't');
    const network = new Watched({});
    const client = new Etcd(settings, network);
    const memory = new ConfirmedState(client, settings, new Registrations(client, settings));
    const tokens = openTokens(etcd(options));
    // Its commits wait for no host.
    const unsettled = openStore({
      place: settings.place,
      open: () => etcd(options).openTokens?.() ?? expect.fail(),
    });
    onTestFinished(async () => {
      await unsettled.close();
      network.before = () => {};
      network.after = () => {};
      await memory.close();
      client.close();
      await tokens.close();
    });
    const { info } = await tokens.create();
    await memory.confirm(soon());
    expect(memory.current()?.has(info.id)).toBe(true);
    const prefix = `${settings.prefix}/v/`;
    const range = { key: encode(prefix), range_end: encode(endOf(prefix)) };
    const registered = async () => {
      const { kvs = [] } = (await cluster.call('/v3/kv/range', range)) as { kvs?: { key: string }[] };
      return kvs.map(({ key }) => key);
    };
    const strikeOff = () => cluster.call('/v3/kv/deleterange', range);
    return { memory, network, tokens, unsettled, id: info.id, registered, strikeOff };
  }

  it('a host goes by what it says before it says it: a deletion returns whenever the answer to that comes', async () => {
    const { memory, network, tokens, id } = await newMemory();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    network.after = (kind) => (kind === 'say' ? held : undefined);
    await tokens.delete(id);
    expect(memory.current()?.has(id)).not.toBe(true);
    release();
    await memory.confirm(soon());
    expect(memory.current()?.has(id)).toBe(false);
  });

  it('a confirmation counts from when its question was sent', async () => {
    const { memory, network } = await newMemory();
    let answers = 0;
    // The time passes under way, and no later question is answered.
    network.after = () => {
      if (answers++ > 0) return new Promise(() => {});
      passTime(3000);
      return undefined;
    };
    await memory.confirm(soon()).catch(() => {});
    expect(answers).toBeGreaterThan(0);
    expect(memory.current()).toBeUndefined();
  });

  it('nothing is believed after a time in which only the clock of the wall went on, as where a machine sleeps', async () => {
    const { memory, network } = await newMemory();
    network.before = () => new Promise(() => {});
    const now = Date.now.bind(Date);
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + 3000);
    onTestFinished(() => clock.mockRestore());
    expect(memory.current()).toBeUndefined();
  });

  it('a host that is cut off lets nobody in any more when a deletion has returned', async () => {
    const { memory, network, tokens, id } = await newMemory();
    network.before = () => new Promise(() => {});
    expect(memory.current()?.has(id)).toBe(true);
    await tokens.delete(id);
    expect(memory.current()).toBeUndefined();
  });

  it.each([
    { call: 'delete', change: undefined, code: 'E_NOT_FOUND' },
    { call: 'rotate', change: { expiresAt: 1 }, code: 'E_INPUT' },
  ] as const)(
    '$call says $code only when no host lets the token in: it may be the retry of one that was E_UNKNOWN',
    async (row) => {
      const { memory, network, tokens, id, unsettled } = await newMemory();
      network.before = () => new Promise(() => {});
      const { call, change, code } = row;
      if (change) await unsettled.update(id, (old) => ({ ...(old as object), ...change }));
      else await unsettled.remove(id);
      expect(memory.current()?.has(id)).toBe(true);
      expect((await failureOf(() => tokens[call](id))).code).toBe(code);
      expect(memory.current()).toBeUndefined();
    },
  );

  it('a host that was struck off registers anew before it believes anything', async () => {
    const { memory, registered, strikeOff } = await newMemory();
    const [before] = await registered();
    await strikeOff();
    await memory.confirm(soon());
    const after = await registered();
    expect(after).toHaveLength(1);
    expect(after).not.toContain(before);
    expect(memory.current()).toBeDefined();
  });

  it('a host that is struck off between its read and its word begins anew', async () => {
    const { memory, network, tokens, registered, strikeOff } = await newMemory();
    const [before] = await registered();
    let strikes = 0;
    network.before = async (kind) => {
      if (kind === 'say' && strikes++ === 0) await strikeOff();
    };
    await tokens.create();
    await eventually(async () => {
      await memory.confirm(soon());
      expect(strikes).toBeGreaterThan(0);
    });
    const after = await registered();
    expect(after).toHaveLength(1);
    expect(after).not.toContain(before);
  });

  it('a host that says no more is struck off by the next deletion, and one that closes leaves nothing behind', async () => {
    const { memory, network, tokens, id, registered } = await newMemory();
    network.before = (kind) => (kind === 'say' ? new Promise(() => {}) : undefined);
    await tokens.delete(id);
    await eventually(async () => expect(await registered()).toEqual([]));
    const other = await newMemory();
    expect(await other.registered()).toHaveLength(1);
    await other.memory.close();
    expect(await other.registered()).toEqual([]);
    expect(memory.current()).toBeUndefined();
  });
});
