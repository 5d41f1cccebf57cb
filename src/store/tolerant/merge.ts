/** A merged text, once for each side of its conflicts. The lines of the other sides are blank. */
export interface Views {
  views: string[];
  /** The lines that the merge tool has added, if there are any. */
  markers: { from: number; to: number }[];
}

const marker = /^(?:<{7}|\|{7}|={7}|>{7})(?:[ \t].*)?$/gm;

/**
 * Undoes what a merge tool writes where two sides have changed the same lines. A JSON string never continues on the next line,
 * so a marker line is never part of one. If the markers are out of order, only their own lines are blank.
 */
export function viewsOf(text: string): Views {
  const found = [...text.matchAll(marker)];
  if (found.length === 0) return { views: [text], markers: [] };
  const markers = found.map(({ index, 0: line }) => ({ from: index, to: index + line.length }));
  const kinds = found.map(({ 0: line }) => line.charAt(0));
  const isInOrder = /^(?:<\|?=>)+$/.test(kinds.join(''));
  const shown = !isInOrder ? ['all'] : kinds.includes('|') ? ['<', '=', '|'] : ['<', '='];
  const views = shown.map((side) => {
    const pieces = markers.flatMap(({ from, to }, n) => {
      const kind = kinds[n];
      const lines = text.slice(to, markers[n + 1]?.from);
      const isShown = side === 'all' || kind === '>' || kind === side;
      return [blank(text.slice(from, to)), isShown ? lines : blank(lines)];
    });
    return text.slice(0, markers[0]?.from) + pieces.join('');
  });
  return { views, markers };
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}
