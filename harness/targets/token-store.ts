import type { Tokens } from '../../src/tokens/tokens.js';
import type { TokenStore } from '../core/target.js';

/** The tokens of this project, as the harness asks for them. @param verify returns the name of a token that is let in */
export function asTokenStore(tokens: Tokens, verify: TokenStore['verify']): TokenStore {
  return {
    async create(name) {
      const { token, info } = await tokens.create({ name });
      return { id: info.id, token };
    },
    async delete(id) {
      await tokens.delete(id);
    },
    verify,
    async list() {
      const all = await tokens.list();
      return all.flatMap((token) => (token.state === 'active' ? [token.name ?? ''] : []));
    },
    close: () => tokens.close(),
  };
}
