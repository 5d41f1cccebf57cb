import type fs from 'node:fs';
import path from 'node:path';
import { refreshAlone } from '../../clients/oauth-client.js';
import type { Store } from '../../core/target.js';
import type { ValueId } from '../../history/events.js';
import { identify, oauthCredential } from '../../workload/values.js';
import type { ClientEvent } from '../protocol/protocol.js';

/**
 * A provider that takes each refresh token once. A spent token is a directory in the sandbox, so to present one is a step like
 * any other, all processes meet the same provider, and a death right after it is an answer that never arrived.
 */
export class Provider {
  private readonly root: string;

  /** @param file the credential file of the sandbox */
  constructor(
    file: string,
    private readonly emit: (event: ClientEvent) => void,
    private readonly disk: Pick<typeof fs, 'mkdirSync'>,
  ) {
    this.root = path.resolve(file, '../../..');
  }

  /** @returns the next credential, which carries the name of the operation that asked for it */
  present(op: string, key: string, token: ValueId): unknown {
    const granted = this.spend(token);
    this.emit({ type: 'token', op, key, token, granted });
    if (!granted) throw new Error('invalid_grant');
    return oauthCredential(op, 0);
  }

  /** @returns false if it was spent before. Fails where the request does not arrive, and then spends nothing. */
  private spend(token: ValueId): boolean {
    try {
      this.disk.mkdirSync(path.join(this.root, `spent ${token}`));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }
}

/**
 * What an agent does whose access token was just refused: what it finds first is stale, and any other credential is good. So a
 * program of two refreshes, one after the other, gets two.
 */
export async function useCredential(
  store: Store,
  key: string,
  op: string,
  provider: Provider,
): Promise<unknown> {
  let stale: ValueId | undefined;
  const isFresh = (value: unknown) => {
    stale ??= identify(value);
    return identify(value) !== stale;
  };
  const doRefresh = async (old: unknown) => provider.present(op, key, identify(old));
  return store.refresh
    ? store.refresh(key, isFresh, doRefresh)
    : refreshAlone(store, key, isFresh, doRefresh);
}
