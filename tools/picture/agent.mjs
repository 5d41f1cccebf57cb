import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { draw } from './draw.mjs';

/**
 * The first picture of README.md, from what was measured:
 *
 *     npm run stress -- --command opencode --no-controls --duration 1m --out reports/agent
 *     npm run picture -- 'as it ships' reports/agent/report.json     # puts its counts into docs/agent.json, and draws
 *     npm run picture                                                # draws docs/agent.svg from docs/agent.json
 *
 * A row is replaced by the next one of the same name.
 */
const at = (place) => fileURLToPath(new URL(`../../docs/${place}`, import.meta.url));
const [name, report] = process.argv.slice(2);
const measured = JSON.parse(readFileSync(at('agent.json'), 'utf8'));
if (report !== undefined) {
  const row = { name, ...rowOf(JSON.parse(readFileSync(report, 'utf8'))) };
  const place = measured.findIndex((one) => one.name === name);
  measured.splice(place < 0 ? measured.length : place, 1, row);
  writeFileSync(at('agent.json'), `${JSON.stringify(measured, null, 2)}\n`);
}
writeFileSync(at('agent.svg'), draw(measured));

/** @returns what one run of `stress` has counted, and when */
function rowOf({ scenarios: [run], durationMs }) {
  if (run === undefined) throw new Error(`${report} is the report of no run`);
  const { acknowledged, lost, resurrected, seedsLost } = run.counts;
  return {
    program: run.target,
    date: new Date().toISOString().slice(0, 10),
    seconds: Math.round(durationMs / 1000),
    acknowledged,
    lost,
    undone: resurrected,
    seedsLost,
  };
}
