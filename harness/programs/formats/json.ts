import { NotWholeError } from '../not-whole.js';
/** @throws SyntaxError that quotes nothing of the text */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Its message may quote what stands there.
    throw new NotWholeError(`its ${text.length} characters are no whole JSON value`);
  }
}
