/** A part of a picture, as data: what is drawn can be looked at without a browser. */
export interface Mark {
  /** An element of SVG, and its classes: `rect.call.victim`. */
  tag: string;
  attributes: Record<string, string | number | undefined>;
  children?: Mark[];
  text?: string;
  /** Shown where the pointer rests. */
  title?: string;
  /** What is said of it when it is clicked. */
  detail?: string;
}

export function mark(
  tag: string,
  attributes: Mark['attributes'],
  more: Omit<Mark, 'tag' | 'attributes'> = {},
): Mark {
  return { tag, attributes, ...more };
}

/** Texts are laid out before they are drawn: so wide is a character at most, in pixels. */
export const characterWidth = 6.5;

export const widthOf = (text: string): number => text.length * characterWidth;

/** A text, cut to so many pixels. */
export function fitting(text: string, wide: number, character = characterWidth): string {
  const most = Math.max(2, Math.floor(wide / character));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
