import { parse, TomlError } from 'smol-toml';
import { NotWholeError } from '../not-whole.js';

/** @throws SyntaxError that quotes nothing of the text */
export function parseToml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    // Its message shows the lines around the place.
    const at = error instanceof TomlError ? ` from line ${error.line}, column ${error.column} on` : '';
    throw new NotWholeError(`its ${text.length} characters are no TOML${at}`);
  }
}
