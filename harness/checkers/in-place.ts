import type { Finding } from '../core/verdict.js';
import type { Run } from '../history/run.js';

/** G9: who is given a link writes to the file that it leads to, and leaves the link alone. */
export function checkInPlace({ links, final }: Run): Finding[] {
  if (!final) return [];
  const { time } = final;
  return links.flatMap(({ name, to }) => {
    const now = final.links?.find((link) => link.name === name)?.to ?? null;
    if (now === to) return [];
    return {
      guarantee: 'G9',
      kind: 'replaced-link',
      sentence: `${name}, a link to ${to} before the run, ${now === null ? 'is none any more' : `leads to ${now}`}`,
      operations: [],
      from: time,
      to: time,
    };
  });
}
