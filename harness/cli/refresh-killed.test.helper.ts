import { writeFileSync } from 'node:fs';
import path from 'node:path';
import refreshKilled from '../../scenarios/refresh-killed.js';
import { newDirectory } from './command.test.helper.js';

/**
 * The scenario `refresh-killed` for a store in which a dead process is succeeded after 5 s: the next one is killed only when its
 * successor has refreshed, and an answer is still good when those who have waited for it have heard of it, on a busy machine, too.
 * @returns its path
 */
export function refreshKilledSlowly(): string {
  const place = path.join(newDirectory(), 'refresh-killed-slowly.mjs');
  const scenario = {
    ...refreshKilled,
    name: 'refresh-killed-slowly',
    oauth: { lifeMs: 1500 },
    faults: [{ kind: 'kill-refresher', everyMs: [7000, 8000] }],
    // Each takes the others more than 5 s, and a busy machine longer.
    atLeast: { ...refreshKilled.atLeast, kills: 1 },
  };
  writeFileSync(place, `export default ${JSON.stringify(scenario)};`);
  return place;
}
