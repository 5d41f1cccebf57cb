import { parseDocument } from 'yaml';
import { NotWholeError } from '../not-whole.js';

/** @throws SyntaxError that quotes nothing of the text */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const [at] = error.linePos ?? [];
    throw new NotWholeError(
      `its ${text.length} characters are no YAML${at ? ` from line ${at.line}, column ${at.col} on` : ''}`,
    );
  }
  // A file with nothing but comments in it is one without entries.
  return document.toJS() ?? {};
}
