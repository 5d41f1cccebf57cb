import type { Model } from '../model.js';

/** An operation on a token. */
export interface TokenInput {
  action: 'create' | 'delete' | 'verify';
  /** Ids are used once. */
  id: string;
}
/** A verification returns whether the token was accepted; a deletion, whether there was such a token. */
export type TokenOutput = boolean;

/** `deleted` is not `never created`: an id does not come back. */
export type TokenState = 'never created' | 'good' | 'deleted';

/**
 * Tokens that are good from their creation to their deletion and never again. Linearizable means: a verification that begins
 * after a deletion has been acknowledged refuses, and one between creation and deletion accepts. Tokens know nothing
 * of each other, so a state is that of one.
 */
export const tokens: Model<TokenState, TokenInput, TokenOutput> = {
  name: 'tokens',
  init: 'never created',
  step(state, { action }, output) {
    const isGood = state === 'good';
    switch (action) {
      case 'create':
        return state === 'never created' && output !== false ? 'good' : undefined;
      case 'delete':
        if (output !== undefined && output !== isGood) return undefined;
        return isGood ? 'deleted' : state;
      case 'verify':
        return output === undefined || output === isGood ? state : undefined;
    }
  },
  key: (state) => state,
  partition: ({ id }) => id,
  describe({ action, id }, output) {
    if (output === undefined || action === 'create') return `${action} ${id}`;
    if (action === 'delete') return `delete ${id}${output ? '' : ': there is none'}`;
    return `verify ${id}: ${output ? 'accepted' : 'refused'}`;
  },
  effect: ({ action }, output) => (action === 'verify' || output === false ? 'none' : 'repeatable'),
};
