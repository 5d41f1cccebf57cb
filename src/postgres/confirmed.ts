import { Confirmed } from '../store/backend/confirmed.js';
import { definiteError, Unanswered } from './failures.js';
import { followStore } from './follow.js';
import type { Line } from './line.js';
import type { PostgresSettings } from './options.js';
import { type Registrations, seenRegistration } from './registrations.js';
import { Layout, type State } from './state.js';

/** What may be answered from memory where the store is on PostgreSQL. */
export class ConfirmedState extends Confirmed<State> {
  constructor(line: Line, settings: PostgresSettings, registrations: Registrations) {
    const layout = new Layout(settings);
    super(registrations, {
      async look({ id }, deadline) {
        const { state, known } = await layout.look(line, deadline, true, id);
        const registration = known === undefined ? undefined : seenRegistration(id, known);
        // What it is known to know was read, too: that says as much as a comparison.
        return { state, revision: state.revision, isSame: false, registration };
      },
      follow: (load) => followStore(settings, load, () => {}),
      unanswered: (why = line.trouble) => new Unanswered(why, false),
      definite: (error) => definiteError(settings.place, error),
    });
  }
}
