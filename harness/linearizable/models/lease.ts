import type { Model } from '../model.js';

/** An operation on a lease. */
export interface LeaseInput {
  action: 'acquire' | 'release';
  lease: string;
  holder: string;
}
/** Whether it was granted, or given back by its holder. */
export type LeaseOutput = boolean;

/**
 * A lease that one holder has at a time: mutual exclusion. A holder may be refused for any reason, a grant while another process
 * holds it is the violation. One whose holder's end gives it back is a `release` that happened `maybe`.
 */
export const lease: Model<string | null, LeaseInput, LeaseOutput> = {
  name: 'lease',
  init: null,
  step(holder, { action, holder: by }, output) {
    if (output === false) return holder;
    if (action === 'acquire') return holder === null ? by : output === undefined ? holder : undefined;
    return holder === by ? null : output === undefined ? holder : undefined;
  },
  key: (holder) => (holder === null ? '' : `by ${holder}`),
  partition: ({ lease }) => lease,
  describe({ action, lease, holder }, output) {
    const call = `${holder} ${action}s ${lease}`;
    return output === undefined ? call : `${call}: ${output ? 'yes' : 'no'}`;
  },
  effect: (_, output) => (output === false ? 'none' : 'repeatable'),
};
