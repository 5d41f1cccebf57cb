import { AuditCache } from './audit-cache.js';
import { CallResults } from './call-results.js';

/** What is known from the executions so far. */
export interface Caches {
  results: CallResults;
  audits: AuditCache;
}

export function emptyCaches(): Caches {
  return { results: new CallResults(), audits: new AuditCache() };
}
