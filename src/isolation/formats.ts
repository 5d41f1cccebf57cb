import type { DocumentFormat } from '../store/document/format.js';
import { lineFormat } from './line-format.js';
import { nestedJson } from './nested-json.js';

/** For messages. */
export const formatNames = 'json, json:LEVELS, yaml, toml, ini, lines or lines:END-OF-KEY';

/** Those that need a parser have it loaded. Undefined for another name. */
export async function formatNamed(name: string): Promise<DocumentFormat | undefined> {
  const levels = /^json:([1-8])$/.exec(name)?.[1];
  if (levels !== undefined) return nestedJson(Number(levels));
  if (name === 'yaml') return (await import('./yaml-format.js')).yamlFormat;
  if (name === 'toml') return (await import('./toml-format.js')).tomlFormat;
  return lineFormat(name);
}

/** Is half of a text none? Otherwise only its last close ends it. */
export function showsItsEnd({ name }: DocumentFormat): boolean {
  return /^json(:|$)/.test(name);
}
