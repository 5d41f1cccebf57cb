import { describe, expect, it } from 'vitest';
import { ownPaths, ownPatterns } from './own-paths.js';

const keys = ['probe-provider', 'probe-provider-2'];
const isOwn = (left: string, found: string, base = 'auth.json') =>
  ownPaths(base, ownPatterns([left], 'auth.json', keys))(found);

describe('paths that a lone run of the store explains', () => {
  it.each([
    ['auth.json.last', 'auth.json.last'],
    ['auth.json.intents', 'auth.json.intents'],
    ['auth.json.corrupt-00112233aabbccdd', 'auth.json.corrupt-ffeeddcc99887766'],
    ['auth.json.corrupt-00112233aabbccdd', 'auth.json.corrupt-ffeeddcc99887766-8'],
    ['auth.json.123-4', 'auth.json.77-1'],
    ['auth.lock', 'auth.lock'],
    ['.auth.json.swp', '.auth.json.swp'],
    ['auth.json.d/probe-provider.json', 'auth.json.d/tui-1-provider-7.json'],
    ['auth.json.d/probe-provider.json', 'auth.json.d/42.json'],
    ['auth.json.d/cHJvYmUtcHJvdmlkZXI', 'auth.json.d/dHVpLTEtcHJvdmlkZXItNw'],
    ['auth.json.d/70726f62652d70726f7669646572', 'auth.json.d/7475692d312d70726f76696465722d37'],
    ['a7f3c2d1-1111-2222-3333-444455556666.tmp', 'b7f3c2d1-1111-2222-3333-444455556667.tmp'],
  ])('a lone run that leaves %s explains %s', (left, found) => {
    expect(isOwn(left, found)).toBe(true);
  });
  it('a lone run explains the same paths under another name of the file', () => {
    expect(isOwn('auth.json.last', 'credentials.json.last', 'credentials.json')).toBe(true);
    expect(isOwn('auth.lock', 'credentials.lock', 'credentials.json')).toBe(true);
    expect(isOwn('auth.json.last', 'auth.json.last', 'credentials.json')).toBe(false);
  });
});

describe('paths that a lone run does not explain', () => {
  it.each([
    ['auth.json.last', 'auth.json.last.tmp'],
    ['auth.json.intents', 'auth.json.intents/k-9a7c32edb6386eec-7880-1249419-92797aae05c0-vm'],
    ['auth.json.d/probe-provider.json', 'auth.json.d/tui-1-provider-7.json.1234'],
    ['auth.json.d/probe-provider.json', 'auth.json.d/.tui-1-provider-7.json'],
    ['auth.json.d/probe-provider.json', 'auth.json.d/more/tui-1-provider-7.json'],
    ['auth.json.1', 'auth.json.1.new'],
    ['auth.json.last', 'authXjson.last'],
  ])('a lone run that leaves %s does not explain %s', (left, found) => {
    expect(isOwn(left, found)).toBe(false);
  });
});
