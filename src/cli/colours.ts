import { createColors } from 'picocolors';

export type Colours = ReturnType<typeof createColors>;

/** Where text is written to: standard output or standard error. */
export interface Stream {
  isTTY?: boolean;
}

/**
 * The colours for what goes to a stream: on a terminal, or where FORCE_COLOR asks for them, and never where NO_COLOR is set to
 * anything (no-color.org) or the terminal has none.
 */
export function coloursOf(stream: Stream, env: NodeJS.ProcessEnv = process.env): Colours {
  return createColors(hasColours(stream, env));
}

function hasColours({ isTTY }: Stream, { NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY === true && TERM !== 'dumb';
}
