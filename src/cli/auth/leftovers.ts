import { trimSlashes } from '../../credentials/keys.js';
import { listLeftovers } from '../../store/file/doctor/forget.js';
import { shown } from './output.js';
import type { FileFlags } from './source.js';

/** Returns which keys mean an entry of this name, and the form of the name in the text of a document that can't be read. */
export function meaning(name: string): { isMeant: (key: string) => boolean; text: string } {
  // Without the quote at its end: a variant with slashes is meant, too.
  return { isMeant: (key) => trimSlashes(key) === name, text: JSON.stringify(name).slice(0, -1) };
}

/** Returns a note about an entry that is removed from the file, and is still in a state that was kept beside it. */
export function leftoversOf(
  file: string,
  name: string,
  flags: FileFlags,
): { names: string[]; says: string } | undefined {
  const { isMeant, text } = meaning(name);
  const found = listLeftovers(file, isMeant, text, flags);
  if (found.length === 0) return undefined;
  const names = found.map((leftover) => leftover.name);
  const isSure = found.some(({ keys }) => keys.length > 0);
  const where = flags.file === undefined ? '' : ` --file ${shown(flags.file)}`;
  const verb = isSure ? 'is also' : 'may also be';
  const says = `the entry ${verb} in ${names.map(shown).join(', ')}: holdfast auth forget ${shown(name)}${where} removes it there, too`;
  return { names, says };
}
