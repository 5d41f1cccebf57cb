import { AuditCache } from './audit-cache.js';
import { CallResults } from './call-results.js';
import { Contents } from './contents.js';

/** What is known from the executions so far. */
export interface Caches {
  results: CallResults;
  audits: AuditCache;
  contents: Contents;
}

export function emptyCaches(): Caches {
  return { results: new CallResults(), audits: new AuditCache(), contents: new Contents() };
}
