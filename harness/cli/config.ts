import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidArgumentError } from 'commander';
import { closest } from '../../src/cli/closest.js';
import { UsageError } from '../../src/cli/usage-error.js';
import { runtimeChoices } from '../core/runtime.js';
import type { Config } from '../index.js';

const names = ['ts', 'mts', 'js', 'mjs'].map((ending) => `holdfast.config.${ending}`);

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const listOf = (isOne: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(isOne);
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What each property must be, in words for a person and for the program. What it says is checked where a flag's would be. */
const properties: Record<keyof Config, [expected: string, isRight: (value: unknown) => boolean]> = {
  targets: ['a list of names or paths', listOf(isText)],
  scenarios: ['a list of names, paths or scenarios', listOf((one) => isText(one) || isObject(one))],
  duration: ['a time, like "2m"', isText],
  patience: ['a time, like "20s"', isText],
  seed: ['a whole number', isNumber],
  clients: ['an object of counts, like { tui: 2 }', isObject],
  operations: ['a whole number', isNumber],
  runtime: ['node, bun, deno or mixed', (value) => runtimeChoices.some((one) => one === String(value))],
  controls: ['true or false', (value) => typeof value === 'boolean'],
  reporters: ['a list, like ["list", "junit=results.xml"]', listOf(isText)],
  out: ['a directory', isText],
};

/**
 * Loads the project's configuration; empty if there is none.
 * @param named the path of another one
 * @throws UsageError naming what is wrong in it, or that what was named is not there
 */
export async function loadConfig(named?: string): Promise<Config> {
  const name = named ?? names.find((one) => existsSync(one));
  if (name === undefined) return {};
  if (!existsSync(name)) throw new UsageError(`there is no configuration ${name}`);
  const { loadModule } = await import('../targets/load-module.js');
  const loaded = await loadModule(pathToFileURL(path.resolve(name)).href).catch((error: unknown) => {
    if (error instanceof UsageError) throw error;
    const [reason] = String(error).split('\n');
    throw new UsageError(`${name} can't be loaded: ${reason}`);
  });
  if (!isObject(loaded.default)) {
    throw new UsageError(`${name} has no configuration`, 'expected: export default defineConfig({ ... })');
  }
  const config = loaded.default as Record<string, unknown>;
  for (const [key, value] of Object.entries(config)) {
    const property = Object.hasOwn(properties, key) ? properties[key as keyof Config] : undefined;
    if (!property)
      throw new UsageError(`${name}: unknown property "${key}"${closest(key, Object.keys(properties))}`);
    const [expected, isRight] = property;
    if (value !== undefined && !isRight(value)) throw new UsageError(`${name}: ${key} is not ${expected}`);
  }
  return config as Config;
}

/** Reads what stands in the configuration as on the command line. @throws UsageError where that would be refused */
export function inConfig<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw new UsageError(`the configuration: ${error.message}`);
    throw error;
  }
}
