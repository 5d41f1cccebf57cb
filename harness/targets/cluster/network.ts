import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the members of a cluster are, and how they are cut off. */
export interface Network {
  /** The host of each member, for its clients and for the others. */
  readonly hosts: readonly string[];
  /** Why members can't be cut off here; undefined where they can. */
  readonly whyNotCut: string | undefined;
  /** What a member's program is started with: it begins with the words that put it where its host is. */
  inside(member: number): readonly string[];
  /** It reaches those outside, and none of the other members. */
  cut(member: number): Promise<void>;
  /** Nobody reaches it. */
  isolate(member: number): Promise<void>;
  /** Undoes both. */
  heal(member: number): Promise<void>;
  close(): Promise<void>;
}

/** All members on loopback, at ports of their own. */
export function loopback(count: number, whyNotCut: string): Network {
  const nothing = async () => {};
  return {
    hosts: Array.from({ length: count }, () => '127.0.0.1'),
    whyNotCut,
    inside: () => [],
    cut: nothing,
    isolate: nothing,
    heal: nothing,
    close: nothing,
  };
}

/** Why members can't have network namespaces here. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are there on Linux only';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const name = `hf-try-${process.pid}`;
  const isMade = spawnSync('ip', ['netns', 'add', name]).status === 0;
  if (isMade) spawnSync('ip', ['netns', 'delete', name]);
  return isMade ? undefined : '"ip netns add" is not allowed, or not there: package iproute2';
}

let networks = 0;

/**
 * Each member has a network namespace of its own, with one link to a bridge on which this machine is, too. Isolated: the link is
 * down. Cut: its routes to the other members lead nowhere. What is on its way is lost, as in a network, and no connection ends.
 */
export async function namespaces(count: number): Promise<Network> {
  await sweep();
  // Names of links have 15 characters at most; the subnet is one of those for tests of networks (RFC 2544).
  const id = `${(process.pid % 100_000).toString(36)}${(networks++).toString(36)}`;
  const net = `198.18.${(process.pid + networks) % 256}`;
  const bridge = `hfb${id}`;
  const space = (member: number) => `hf-${process.pid}-${id}-${member}`;
  const link = (member: number) => `hfv${id}${member}`;
  const hosts = Array.from({ length: count }, (_, member) => `${net}.${11 + member}`);
  const ip = (...args: string[]) => run('ip', args);
  const close = async () => {
    for (const member of hosts.keys()) await ip('netns', 'delete', space(member)).catch(() => {});
    await ip('link', 'delete', bridge).catch(() => {});
  };
  try {
    await ip('link', 'add', bridge, 'type', 'bridge');
    await ip('address', 'add', `${net}.1/24`, 'dev', bridge);
    await ip('link', 'set', bridge, 'up');
    for (const [member, host] of hosts.entries()) {
      await ip('netns', 'add', space(member));
      await ip('link', 'add', link(member), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space(member));
      await ip('link', 'set', link(member), 'master', bridge, 'up');
      await ip('-n', space(member), 'link', 'set', 'lo', 'up');
      await ip('-n', space(member), 'address', 'add', `${host}/24`, 'dev', 'eth0');
      await ip('-n', space(member), 'link', 'set', 'eth0', 'up');
    }
  } catch (error) {
    await close();
    throw error;
  }
  const others = (member: number) => hosts.filter((_, other) => other !== member);
  return {
    hosts,
    whyNotCut: undefined,
    inside: (member) => ['ip', 'netns', 'exec', space(member)],
    cut: async (member) => {
      for (const host of others(member))
        await ip('-n', space(member), 'route', 'add', 'blackhole', `${host}/32`);
    },
    isolate: async (member) => {
      await ip('link', 'set', link(member), 'down');
    },
    heal: async (member) => {
      await ip('link', 'set', link(member), 'up');
      // There are none where it was isolated.
      for (const host of others(member))
        await ip('-n', space(member), 'route', 'delete', 'blackhole', `${host}/32`).catch(() => {});
    },
    close,
  };
}

/** Namespaces, and bridges with them, of processes that were killed before they could remove them. */
async function sweep(): Promise<void> {
  const { stdout } = await run('ip', ['netns', 'list']);
  for (const [name, pid = '', id] of stdout.matchAll(/^hf-(\d+)-(\w+)-\d+/gm)) {
    if (isAlive(Number(pid))) continue;
    await run('ip', ['netns', 'delete', name]).catch(() => {});
    await run('ip', ['link', 'delete', `hfb${id}`]).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
