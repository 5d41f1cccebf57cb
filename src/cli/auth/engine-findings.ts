import { optionsFrom, parseAddress } from '../../etcd/address.js';
import { inspectEtcd } from '../../etcd/inspect.js';
import { UsageError } from '../usage-error.js';
import type { Finding } from './findings.js';

/** What `doctor` says of an engine: its members, and what is stored there. */
export async function engineFindings(address: string): Promise<Finding[]> {
  if (!/^etcd:/i.test(address))
    throw new UsageError('doctor knows no engine of that address', 'expected etcd://HOST:2379/PREFIX');
  return inspectEtcd(parseAddress(address, optionsFrom(process.env)));
}
