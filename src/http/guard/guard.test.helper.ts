import type { Permission } from '../../tokens/permissions.js';
import type { TokenInfo, TokenVerifier } from '../../tokens/token-info.js';
import { createGuard } from './guard.js';
import type { GuardSettings } from './options.js';

/** Tokens in memory, for tests of what is decided from them; how they are kept is tested elsewhere. */
export class MadeUpTokens implements TokenVerifier {
  private readonly known = new Map<string, TokenInfo>();
  /** While the token file can't be read. */
  broken = false;

  /** @returns the token */
  add(...permissions: Permission[]): string {
    const id = `id${this.known.size}`;
    const token = `oct_${id}_made_up`;
    this.known.set(token, { id, permissions, createdAt: 0, expiresAt: null });
    return token;
  }

  revoke(token: string): void {
    this.known.delete(token);
  }

  verify(token: string): TokenInfo | undefined {
    if (this.broken) throw new Error('the file is unreadable: SECRET');
    return this.known.get(token);
  }

  isLive(id: string): boolean {
    if (this.broken) throw new Error('the file is unreadable: SECRET');
    return [...this.known.values()].some((token) => token.id === id);
  }
}

type Lines = readonly (readonly [name: string, value: string])[];

/** A request as it comes, with a Host that is ours unless there is another. */
export function incoming(method: string, target: string, lines: Lines = [], upgrade = false) {
  const all: Lines = lines.some(([name]) => name === 'host') ? lines : [['host', 'localhost:4096'], ...lines];
  const headers = (name: string) => all.filter(([other]) => other === name).map(([, value]) => value);
  return { method, target, headers, upgrade };
}

export const bearer = (token: string) => ['authorization', `Bearer ${token}`] as const;

/** A guard of made-up tokens, unless authentication is disabled. */
export function newGuard(options: GuardSettings & { authentication?: 'disabled' } = {}) {
  const tokens = new MadeUpTokens();
  const { authentication, ...settings } = options;
  const guard = createGuard(authentication ? { ...settings, authentication } : { ...settings, tokens });
  return {
    tokens,
    guard,
    ask: (method: string, target: string, lines: Lines = [], upgrade = false) =>
      guard.authorize(incoming(method, target, lines, upgrade)),
  };
}
