export { type CasInput, type CasOutput, casRegister } from './cas-register.js';
export {
  type Credentials,
  type CredentialsInput,
  type CredentialsOutput,
  credentials,
  credentialsFrom,
} from './credentials.js';
export { type KvInput, type KvOutput, kv } from './kv.js';
export { type LeaseInput, type LeaseOutput, lease } from './lease.js';
export { type RegisterInput, type RegisterOutput, register } from './register.js';
export { type TokenInput, type TokenOutput, type TokenState, tokens } from './tokens.js';
export type { Value } from './value.js';
