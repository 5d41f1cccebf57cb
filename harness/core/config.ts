import type { RuntimeChoice } from './runtime.js';
import type { ProfileName, Scenario } from './scenario.js';

/**
 * Defaults of a project, in `holdfast.config.ts` (or .mts, .js, .mjs) where the command is started. What the command line says
 * goes first. Paths are relative to that directory.
 */
export interface Config {
  /** Names or paths of modules, for `stress` and `explore`. */
  targets?: readonly string[];
  /** Names, paths of modules, or scenarios themselves, for `stress`. */
  scenarios?: readonly (string | Scenario)[];
  /** As the command line has them: `2m`. */
  duration?: string;
  patience?: string;
  seed?: number;
  clients?: Partial<Record<ProfileName, number>>;
  operations?: number;
  runtime?: RuntimeChoice;
  /** Whether planted bugs are to be found first. */
  controls?: boolean;
  /** As the command line has them: `list`, `junit=results.xml`. */
  reporters?: readonly string[];
  /** The run's own directory. */
  out?: string;
}

/** Names a configuration's type where it is written, so that mistakes show in the editor. */
export function defineConfig(config: Config): Config {
  return config;
}
