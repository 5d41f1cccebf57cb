import { ofEtcd } from './etcd.js';
import { ofTokensOnEtcd } from './etcd-tokens.js';
import { ofTheGuard } from './guard.js';
import { ofTheHandOver } from './hand-over.js';
import { ofPostgres } from './postgres.js';
import { ofTheProtocol } from './protocol.js';
import { ofTheStore } from './store.js';
import { ofTokens } from './tokens.js';

/** What is broken on purpose, and which test notices. A test that no mutant has ever turned red proves nothing. */
export const mutants = [
  ...ofTheProtocol,
  ...ofTheHandOver,
  ...ofTheStore,
  ...ofTokens,
  ...ofTheGuard,
  ...ofEtcd,
  ...ofTokensOnEtcd,
  ...ofPostgres,
];
