import fs from 'node:fs';

/** Of a tick of the kernel's, as /proc has them on every Linux of today. */
const tickMs = 10;

/**
 * How much time of the processor a process and all below it have used, in milliseconds, by the names of their programs. Of what
 * has ended meanwhile: nothing. A busy machine makes calls slower, and this hardly more.
 */
export function processorTime(roots) {
  const all = new Map();
  for (const id of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const found = statOf(id);
    if (found) all.set(Number(id), found);
  }
  const isBelow = (id) => roots.includes(id) || (all.has(id) && isBelow(all.get(id).parent));
  const sums = {};
  for (const [id, { name, ms }] of all) if (isBelow(id)) sums[name] = (sums[name] ?? 0) + ms;
  return sums;
}

/** What was used since then, for each call. */
export function perCall(before, now, calls) {
  return Object.fromEntries(
    Object.entries(now).map(([name, ms]) => [name, Number(((ms - (before[name] ?? 0)) / calls).toFixed(2))]),
  );
}

function statOf(id) {
  try {
    const text = fs.readFileSync(`/proc/${id}/stat`, 'utf8');
    const end = text.lastIndexOf(')');
    const fields = text.slice(end + 2).split(' ');
    // The helper's name ends with a hash of its source.
    const name = text.slice(text.indexOf('(') + 1, end).replace(/-[0-9a-f]*$/, '');
    return { name, parent: Number(fields[1]), ms: tickMs * (Number(fields[11]) + Number(fields[12])) };
  } catch {
    // It has just ended.
    return undefined;
  }
}
