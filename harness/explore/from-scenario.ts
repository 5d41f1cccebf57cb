import type { Scenario } from '../core/scenario.js';
import type { ExploreOptions } from './explore.js';

/** More clients have more interleavings than one can wait for. */
const clientsMax = 3;

/**
 * A scenario of stress, made small: as many clients as open the file themselves, at most three, with one set each, and its kills,
 * pauses and damages at every moment instead of some.
 */
export function fromScenario({
  clients,
  faults = [],
}: Scenario): Pick<ExploreOptions, 'clients' | 'crash' | 'steal' | 'damage'> {
  const { tui = 0, server = 0, desktop = 0, login = 0 } = clients;
  const count = Math.min(clientsMax, Math.max(2, tui + server + desktop + login));
  const has = (...kinds: string[]) => faults.some(({ kind }) => kinds.includes(kind));
  return {
    clients: Array.from({ length: count }, () => 'set'),
    ...(has('kill', 'kill-refresher') ? { crash: true } : {}),
    ...(has('pause') ? { steal: true } : {}),
    ...(has('corrupt') ? { damage: true } : {}),
  };
}
