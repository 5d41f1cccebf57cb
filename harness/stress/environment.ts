import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, loadavg, platform, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { Environment } from '../core/report.js';
import { thisRuntime } from '../line/this-runtime.js';

const commitMsMax = 2000;

/** On what a run is made, as it begins. */
export async function environmentNow(): Promise<Environment> {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  const round = (load: number) => Math.round(load * 100) / 100;
  const commit = await commitOf(process.cwd());
  return {
    time: new Date().toISOString(),
    runtime: `${thisRuntime.name} ${thisRuntime.version}`,
    system: `${platform()} ${release()} ${arch()}`,
    cpus: availableParallelism(),
    load: [round(one), round(five), round(fifteen)],
    memory: totalmem(),
    ...(commit === undefined ? {} : { commit }),
    version: ownVersion(),
  };
}

/** Undefined where there is no repository, or no git. */
async function commitOf(directory: string): Promise<string | undefined> {
  try {
    const asked = ['-C', directory, 'rev-parse', '--short=12', 'HEAD'];
    const { stdout } = await promisify(execFile)('git', asked, { timeout: commitMsMax });
    return /^[0-9a-f]+$/.exec(stdout.trim())?.[0];
  } catch {
    return undefined;
  }
}

/** Of the package that this module is in, wherever in it. */
function ownVersion(): string {
  for (let place = new URL('.', import.meta.url); place.pathname !== '/'; place = new URL('..', place)) {
    const { name, version } = manifestIn(place);
    if (name === 'holdfast' && version !== undefined) return version;
  }
  return 'unknown';
}

function manifestIn(place: URL): { name?: string; version?: string } {
  try {
    return JSON.parse(readFileSync(new URL('package.json', place), 'utf8'));
  } catch {
    return {};
  }
}
