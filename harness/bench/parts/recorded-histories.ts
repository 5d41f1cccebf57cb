import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside the sources, for they are no part of what is built. */
const places = ['../../../../harness/formats/fixtures/', '../../formats/fixtures/'];

/** The histories that Jepsen recorded of etcd, with their known verdicts; none where the sources are not there. */
export function recordedHistories(): { file: string; isLinearizable: boolean }[] {
  const place = places
    .map((relative) => fileURLToPath(new URL(relative, import.meta.url)))
    .find((directory) => existsSync(`${directory}verdicts.json`));
  if (place === undefined) return [];
  const { linearizable } = JSON.parse(readFileSync(`${place}verdicts.json`, 'utf8')) as {
    linearizable: Record<string, boolean>;
  };
  return Object.entries(linearizable).map(([name, isLinearizable]) => ({
    file: `${place}etcd/${name}.log`,
    isLinearizable,
  }));
}
