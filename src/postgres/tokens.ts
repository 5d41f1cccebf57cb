import type { Revocable } from '../store/backend/revocable.js';
import { PostgresBackend } from './backend.js';
import { PostgresClaims } from './claims.js';
import { ConfirmedState } from './confirmed.js';
import { Line } from './line.js';
import { PostgresNote } from './note.js';
import type { PostgresSettings } from './options.js';
import { Registrations } from './registrations.js';

/**
 * The tokens of servers on PostgreSQL.
 * @param settings of the part of a store where they lie
 * @param line by which a verifier asks: that must not wait behind a commit that waits for others
 */
export function openTokensOn(settings: PostgresSettings, line = new Line(settings)): Revocable {
  const registrations = new Registrations(line, settings);
  return {
    backend: new PostgresBackend(settings, undefined, undefined, [line]),
    claims: new PostgresClaims(settings),
    memory: new ConfirmedState(line, settings, registrations),
    settle: (since) => registrations.settle(since),
    notes: new PostgresNote(line, settings, 'u'),
  };
}
