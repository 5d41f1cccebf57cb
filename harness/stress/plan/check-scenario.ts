import { closest } from '../../../src/cli/closest.js';
import { UsageError } from '../../../src/cli/usage-error.js';
import {
  type ProfileName,
  placeNames,
  profileNames,
  type Scenario,
  type Subject,
  subjectOf,
  subjects,
} from '../../core/scenario.js';
import { faults } from '../../faults/index.js';

/**
 * A scenario may be a user's, written in plain JavaScript: a fault that is misspelled must not be a green run without it.
 * @throws UsageError naming what is wrong
 */
export function checkScenario(scenario: Scenario): void {
  const { name, clients, subject = 'credentials', place, workload, oauth, faults: wanted = [] } = scenario;
  checkName(subject, subjects, `scenario "${name}": unknown subject`);
  checkClients(clients, `scenario "${name}"`, subject);
  if (place !== undefined) checkName(place, placeNames, `scenario "${name}": unknown place`);
  if (workload?.mix?.refresh && !oauth) {
    throw new UsageError(
      `scenario "${name}": there is no server that could refresh anything`,
      'add oauth: { lifeMs: 300 }',
    );
  }
  if (oauth && !(Number.isFinite(oauth.lifeMs) && oauth.lifeMs > 0)) {
    throw new UsageError(
      `scenario "${name}": oauth does not say how long a credential is good`,
      'expected lifeMs',
    );
  }
  for (const { kind, everyMs } of wanted) {
    checkName(kind, Object.keys(faults), `scenario "${name}": unknown fault`);
    const [from, to] = everyMs ?? [];
    if (!(Number.isFinite(from) && Number.isFinite(to) && from >= 0 && from <= to)) {
      throw new UsageError(
        `scenario "${name}": the fault "${kind}" does not say when`,
        'expected everyMs: [from, to]',
      );
    }
  }
}

/** @param whose where the clients stand, for the message */
export function checkClients(
  clients: Partial<Record<ProfileName, number>>,
  whose: string,
  subject: Subject = 'credentials',
): void {
  for (const [client, count] of Object.entries(clients)) {
    checkName(client, profileNames, `${whose}: unknown client`);
    if (subjectOf(client as ProfileName) !== subject) {
      throw new UsageError(`${whose}: ${client} has nothing to do with ${subject}`, clientsOf(subject));
    }
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new UsageError(
        `${whose}: ${client}=${count} is no number of clients`,
        'expected a whole number from 0',
      );
    }
  }
  if (Object.values(clients).every((count) => count === 0))
    throw new UsageError(`${whose}: there is no client at all`);
  if (clients.web && !clients.server) {
    throw new UsageError(`${whose}: the web client has no file access and needs a server`, 'add server=1');
  }
}

function clientsOf(subject: Subject): string {
  return `expected ${profileNames.filter((profile) => subjectOf(profile) === subject).join(', ')}`;
}

function checkName(name: string, known: readonly string[], what: string): void {
  if (known.includes(name)) return;
  throw new UsageError(`${what} "${name}"${closest(name, known)}`, `expected one of: ${known.join(', ')}`);
}
