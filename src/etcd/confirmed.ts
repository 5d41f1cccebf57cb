import { Confirmed } from '../store/backend/confirmed.js';
import type { Etcd } from './client.js';
import { definiteError, Unanswered } from './failures.js';
import { followHead } from './follow.js';
import type { EtcdSettings } from './options.js';
import { type Registrations, registrationKey, seenRegistration } from './registrations.js';
import { Layout, type State } from './state.js';
import { unchanged } from './wire.js';

/** What may be answered from memory where the store is on etcd. */
export class ConfirmedState extends Confirmed<State> {
  constructor(etcd: Etcd, settings: EtcdSettings, registrations: Registrations) {
    const layout = new Layout(etcd, settings);
    super(registrations, {
      async look({ id, changed }, deadline) {
        const key = registrationKey(settings.prefix, id);
        const seen = await layout.load(deadline, true, { compare: [unchanged(key, changed)], key });
        const { isSame, headRevision, beside } = seen;
        const registration = beside && seenRegistration(beside);
        return { state: seen, revision: headRevision, isSame, registration };
      },
      follow: (load) => followHead(etcd, { head: layout.head, load }, () => {}),
      unanswered: (why = etcd.trouble) => new Unanswered(why, false),
      definite: (error) => definiteError(settings.place, error),
    });
  }
}
