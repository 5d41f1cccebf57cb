import type { Finding } from '../core/verdict.js';
import type { ExitEvent } from '../history/events.js';
import type { Operation, Run } from '../history/run.js';
import { inMs } from '../history/words.js';

/** G7: every call returns, and every client lives until it is asked to end. */
export function checkProgress(run: Run): Finding[] {
  const ended = new Set(run.exits.map(({ process }) => process));
  // When an interrupted run ends, the calls of those that live are simply under way.
  const isHung = ({ hung, process }: Operation) => hung && (run.final !== undefined || ended.has(process));
  const hung = run.operations.filter(isHung).map((operation) => hungFinding(operation, run));
  const crashed = run.exits.filter(({ expected }) => !expected).map(crashedFinding);
  return [...hung, ...crashed];
}

function hungFinding({ id, action, key, begin, end, process }: Operation, run: Run): Finding {
  const exit = run.exits.find((event) => event.process === process);
  const until = Number.isFinite(end) ? end : (exit?.time ?? run.final?.time ?? begin);
  const call = key === undefined ? action : `${action} "${key}"`;
  return {
    guarantee: 'G7',
    kind: 'hung',
    sentence: `${id} (${call}), called at ${inMs(begin)}, had not returned by ${inMs(until)}`,
    ...(key === undefined ? {} : { key }),
    operations: [id],
    from: begin,
    to: until,
  };
}

function crashedFinding({ client, code, signal, time, error }: ExitEvent): Finding {
  const how = signal === null ? `with code ${code}` : `by ${signal}`;
  return {
    guarantee: 'G7',
    kind: 'crashed',
    sentence: `${client} ended ${how} at ${inMs(time)}, against its instructions${error ? `: ${error}` : ''}`,
    operations: [],
    from: time,
    to: time,
  };
}
