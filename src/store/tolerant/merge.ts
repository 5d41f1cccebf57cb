/** One side of all the conflicts in a text that was merged. What belongs to the other sides is blank. */
export interface Views {
  views: string[];
  /** Where the lines are that the merge has added, if there are any. */
  markers: { from: number; to: number }[];
}

const marker = /^(?:<{7}|\|{7}|={7}|>{7})(?:[ \t].*)?$/gm;

/**
 * Undoes what a merge tool writes where two sides have changed the same lines. No string of JSON goes on in a next line, so no
 * such line is part of one. Where the markers are in no order, their lines alone are blank.
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
