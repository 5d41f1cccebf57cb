import { parse, TomlError } from 'smol-toml';

/** @throws SyntaxError that quotes nothing of the text */
export function parseToml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    // Its message shows the lines around the place.
    const at = error instanceof TomlError ? ` from line ${error.line}, column ${error.column} on` : '';
    throw new SyntaxError(`its ${text.length} characters are no TOML${at}`);
  }
}
