import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { closest } from '../../../src/cli/closest.js';
import { UsageError } from '../../../src/cli/usage-error.js';
import type { Scenario } from '../../core/scenario.js';
import { loadModule } from '../../targets/load-module.js';

/** Scenarios are data beside the harness, one module each: it finds them by looking, and imports none by name. */
const directory = fileURLToPath(new URL('../../../scenarios/', import.meta.url));

/** All scenarios that ship with the harness. */
export async function loadScenarios(): Promise<Scenario[]> {
  const modules = readdirSync(directory).filter((name) => name.endsWith('.js'));
  const scenarios = await Promise.all(modules.map((name) => loadScenario(path.join(directory, name))));
  return scenarios.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Finds scenarios by name or by the path of a module of one's own; a scenario itself is taken as it is.
 * @param wanted all that ship with the harness, if empty
 * @throws UsageError if there is none
 */
export async function findScenarios(
  wanted: readonly (string | Scenario)[],
  from: string,
): Promise<Scenario[]> {
  if (wanted.length === 0) return loadScenarios();
  return Promise.all(wanted.map((one) => (typeof one === 'string' ? findScenario(one, from) : one)));
}

async function findScenario(name: string, from: string): Promise<Scenario> {
  const known = await loadScenarios();
  const scenario = known.find((candidate) => candidate.name === name);
  if (scenario) return scenario;
  const file = path.resolve(from, name);
  if (/\.[cm]?[jt]s$/.test(name) && existsSync(file)) return { ...(await loadScenario(file)), source: name };
  const names = known.map((candidate) => candidate.name);
  throw new UsageError(
    `unknown scenario "${name}"${closest(name, names)}`,
    'expected a module on disk or a name that "holdfast list scenarios" prints',
  );
}

async function loadScenario(file: string): Promise<Scenario> {
  const loaded = await loadModule(pathToFileURL(file).href).catch((error: unknown) => {
    if (error instanceof UsageError) throw error;
    const [reason] = String(error).split('\n');
    throw new UsageError(
      `${file} can't be loaded: ${reason}`,
      'a name that ends in .mts, or "type": "module", may help',
    );
  });
  // The default export, or, spread out, that of a CommonJS module.
  const scenario = (loaded.default ?? loaded) as Partial<Scenario>;
  if (!scenario.name || !scenario.clients || !scenario.atLeast) {
    throw new UsageError(
      `${file} has no scenario`,
      'expected: export default defineScenario({ name, clients, atLeast, ... })',
    );
  }
  return scenario as Scenario;
}
