/** Room for a key, a value or an id in a page, and for a sentence that has some of them. */
export const nameMax = 160;
export const sentenceMax = 500;

/** A store may have keys of any length, and a page shows each of them many times: what is too long loses its middle. */
export function shortened(text: string, most = nameMax): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 4);
  return `${text.slice(0, most - end - 1)}…${text.slice(-end)}`;
}
