import type { Leaf } from '../leaves.js';
import { unquoted } from './ini.js';

/** Reads `KEY=VALUE` and `export KEY=VALUE`; other lines are passed over. */
export function parseDotenv(text: string): Leaf[] {
  return [...text.matchAll(/^\s*(?:export\s+)?([\w.-]+)=(.*)$/gm)].map(([, key = '', value = '']) => ({
    path: [key],
    text: unquoted(value.trim()),
  }));
}
