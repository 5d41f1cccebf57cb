import { withoutHint } from '../errors/store-error.js';
import { Etcd } from './client.js';
import { definiteError } from './failures.js';
import { type EngineFinding, sealFinding } from './finding.js';
import { type EtcdOptions, type EtcdSettings, settingsOf } from './options.js';
import { Layout } from './state.js';
import { found, getAll } from './wire.js';

const askMs = 2000;
const readMs = 5000;

/** Looks at the members and at the store, and changes nothing. */
export async function inspectEtcd(options: EtcdOptions): Promise<EngineFinding[]> {
  const settings = settingsOf(options);
  const apart = settingsOf(options, 't');
  const members = await Promise.all(settings.endpoints.map((url) => memberFinding(url, settings)));
  return [
    ...members,
    await contentFinding('credentials', settings),
    await contentFinding('tokens', apart),
    await verifierFinding(apart),
    sealFinding(settings.seal, 'from etcd, its disks or its snapshots'),
  ];
}

interface Status {
  version?: string;
  leader?: string;
  errors?: string[];
  dbSize?: string;
}

/** Asks this member alone. */
async function memberFinding(url: URL, settings: EtcdSettings): Promise<EngineFinding> {
  const subject = `member ${url.host}`;
  try {
    const begun = performance.now();
    const ask = (etcd: Etcd) => etcd.call<Status>('/v3/maintenance/status', {}, begun + askMs);
    const { answer } = await asking({ ...settings, endpoints: [url] }, ask);
    const { version = 'unknown', leader = '0', errors = [], dbSize = '0' } = answer;
    const size = Math.ceil(Number(dbSize) / 1024 / 1024);
    const says = `etcd ${version}, ${size} MiB, answered in ${Math.round(performance.now() - begun)} ms`;
    const problem = (todo: string): EngineFinding => ({ severity: 'problem', subject, says, todo });
    if (/^3\.5\.[0-2]$/.test(version)) return problem('this version can corrupt data: upgrade it');
    if (errors.length > 0) return problem('it has an alarm: see etcdctl alarm list');
    if (leader === '0') return problem('it knows no leader: see its log, and whether it reaches its peers');
    return { severity: 'ok', subject, says };
  } catch (error) {
    const says = `does not answer: ${reasonOf(settings, error)}`;
    return { severity: 'warn', subject, says, todo: 'start it, or leave it out of the address' };
  }
}

/** Reads and opens every value. */
async function contentFinding(subject: string, settings: EtcdSettings): Promise<EngineFinding> {
  try {
    const begun = performance.now();
    const read = (etcd: Etcd) => new Layout(etcd, settings).load(begun + readMs);
    const { document } = await asking(settings, read);
    const says = `${document.size} entries, read by a majority in ${Math.round(performance.now() - begun)} ms`;
    return { severity: 'ok', subject, says };
  } catch (error) {
    const todo = 'until then every call fails, and over HTTP it is 503';
    return { severity: 'problem', subject, says: reasonOf(settings, error), todo };
  }
}

async function verifierFinding(settings: EtcdSettings): Promise<EngineFinding> {
  const subject = 'verifiers';
  try {
    const list = (etcd: Etcd) =>
      etcd.txn([], [getAll(`${settings.prefix}/v/`)], [], performance.now() + readMs);
    const { answer } = await asking(settings, list);
    const count = found(answer, 0).length;
    const says = `${count} processes answer for tokens from memory, or died doing so: a deletion waits 2 s for each that is silent, once`;
    return { severity: 'ok', subject, says };
  } catch (error) {
    return { severity: 'problem', subject, says: reasonOf(settings, error) };
  }
}

async function asking<T>(settings: EtcdSettings, ask: (etcd: Etcd) => Promise<T>): Promise<T> {
  const etcd = new Etcd(settings);
  try {
    return await ask(etcd);
  } finally {
    etcd.close();
  }
}

function reasonOf({ place }: EtcdSettings, error: unknown): string {
  return withoutHint(definiteError(place, error));
}
