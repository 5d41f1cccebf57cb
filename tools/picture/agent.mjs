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
 * A row is replaced by the next one of the same name. Four servers, with a client each, as they ship and isolated (a third argument says
 * which program that is, as a report names the command that is run):
 *
 *     npm run stress -- --command tools/picture/four-servers.json --no-controls --duration 4m --out reports/four
 *     npm run stress -- --command tools/picture/four-isolated.json --no-controls --operations 400 --duration 5m --out reports/isolated
 *     npm run picture -- 'four servers under holdfast run --isolate' reports/isolated/report.json 'opencode 1.18.33'
 */
const at = (place) => fileURLToPath(new URL(`../../docs/${place}`, import.meta.url));
const [name, report, program] = process.argv.slice(2);
const measured = JSON.parse(readFileSync(at('agent.json'), 'utf8'));
if (report !== undefined) {
  const row = { name, ...rowOf(JSON.parse(readFileSync(report, 'utf8'))), ...(program && { program }) };
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
