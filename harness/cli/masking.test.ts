import { expectMasked, secrets, token } from '../../src/cli/masking.test.helper.js';
import { eachInTiers } from '../../src/tiers.test.helper.js';
import { command } from './command.test.helper.js';

/** Commands that are wrong, with a secret (SECRET) where something else belongs. */
const wrong = `
list SECRET
show SECRET
replay SECRET
check SECRET
stress --scenario SECRET
stress --duration SECRET
stress --seed SECRET
stress --target SECRET
stress --clients SECRET
explore --clients SECRET
explore --target naive --strategy SECRET
bench --suite SECRET`
  .trim()
  .split('\n');

eachInTiers(
  wrong.map((line, at) => [line, secrets[at % secrets.length] ?? token] as const),
  2,
)('a wrong command of the harness does not repeat the secret: %s', (line, secret) =>
  expectMasked(command, line, secret),
);
