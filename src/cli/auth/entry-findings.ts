import { decode, validate } from '../../credentials/schema.js';
import { StoreError } from '../../errors/store-error.js';
import { decodeValue } from '../../store/document/document.js';
import type { Finding } from './findings.js';
import { shown } from './output.js';

const types = ['oauth', 'api', 'wellknown'];

/** Finds entries that claim to be a credential of a known type, and have another shape. Prints nothing that they hold. */
export function judgeEntries(document: ReadonlyMap<string, string>): Finding[] {
  return [...document].flatMap(([key, raw]) => {
    const value = decodeValue(raw);
    const type = (value as { type?: unknown } | null)?.type;
    if (typeof type !== 'string' || !types.includes(type) || decode(value)) return [];
    return [
      {
        severity: 'warn' as const,
        subject: 'entry',
        says: `${shown(key)} is ${faultOf(value)}: the agent does not use it`,
        todo: `Log in again, or set it anew: holdfast auth set ${shown(key)}`,
      },
    ];
  });
}

function faultOf(value: unknown): string {
  try {
    validate(value);
    return 'a credential';
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.message.replace(`. ${error.hint}`, '');
  }
}
