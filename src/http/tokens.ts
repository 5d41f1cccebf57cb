export type Permission = 'read' | 'write' | 'execute';

export interface TokenInfo {
  id: string;
  name?: string;
  permissions: readonly Permission[];
  createdAt: number;
  expiresAt: number | null;
}

export interface TokenVerifier {
  verify(token: string): TokenInfo | undefined;
  isLive(id: string): boolean;
}
