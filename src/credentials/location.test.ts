import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { allTextOf, failureOf } from '../store/scratch.test.helper.js';
import { authFile, contentOverride, warningOfRelative } from './location.js';

const home = path.resolve('/home/user');
const data = path.resolve('/data');

describe('the path of the credential file', () => {
  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['is below the home directory', {}, path.join(home, '.local', 'share', 'opencode', 'auth.json')],
    ['follows XDG_DATA_HOME', { XDG_DATA_HOME: data }, path.join(data, 'opencode', 'auth.json')],
    [
      'ignores an empty XDG_DATA_HOME',
      { XDG_DATA_HOME: '' },
      path.join(home, '.local', 'share', 'opencode', 'auth.json'),
    ],
    [
      'does not move with the state or the configuration, or the system',
      { XDG_STATE_HOME: data, XDG_CONFIG_HOME: data, APPDATA: data, LOCALAPPDATA: data },
      path.join(home, '.local', 'share', 'opencode', 'auth.json'),
    ],
    [
      'takes a relative XDG_DATA_HOME as it stands, as the agent does',
      { XDG_DATA_HOME: 'data' },
      path.join('data', 'opencode', 'auth.json'),
    ],
  ])('the file %s', (_, env, expected) => {
    expect(authFile(env, home)).toBe(expected);
  });
});

it('only a path that depends on the working directory brings a warning', () => {
  expect(warningOfRelative(authFile({ XDG_DATA_HOME: 'data' }, home))).toContain(path.resolve('data'));
  expect(warningOfRelative(authFile({ XDG_DATA_HOME: data }, home))).toBeUndefined();
  expect(warningOfRelative(authFile({}, home))).toBeUndefined();
});

describe('OPENCODE_AUTH_CONTENT', () => {
  it.each<[string, NodeJS.ProcessEnv]>([
    ['unset', {}],
    ['empty', { OPENCODE_AUTH_CONTENT: '' }],
  ])('a variable that is %s overrides nothing', (_, env) => {
    expect(contentOverride(env)).toBeUndefined();
  });

  it.each(['{}', ' {"a":{"type":"api","key":"k"},"other":1}\n'])(
    'the content %j replaces the file',
    (content) => {
      expect(contentOverride({ OPENCODE_AUTH_CONTENT: content })).toEqual(JSON.parse(content));
    },
  );

  it.each(['{"a":"CANARY"', 'CANARY', '["CANARY"]', '"CANARY"', 'null', '42', ' '])(
    'the content %j is refused, and nothing of it is quoted',
    async (content) => {
      const error = await failureOf(() => contentOverride({ OPENCODE_AUTH_CONTENT: content }));
      expect(error).toMatchObject({ code: 'E_INPUT', definite: true, hint: expect.any(String) });
      expect(error.message).toContain('OPENCODE_AUTH_CONTENT');
      expect(allTextOf(error)).not.toContain('CANARY');
    },
  );
});
