import { expect, it } from 'vitest';
import { tokenFile } from './location.js';

it.each([
  [{}, '/home/me/.config/opencode/auth-tokens.json'],
  [{ XDG_CONFIG_HOME: '', OPENCODE_CONFIG_DIR: '' }, '/home/me/.config/opencode/auth-tokens.json'],
  [{ XDG_CONFIG_HOME: '/xdg' }, '/xdg/opencode/auth-tokens.json'],
  [{ XDG_CONFIG_HOME: '/xdg', OPENCODE_CONFIG_DIR: '/mine' }, '/mine/auth-tokens.json'],
  // What depends on the working directory must not say who is let in.
  [{ XDG_CONFIG_HOME: 'xdg' }, '/home/me/.config/opencode/auth-tokens.json'],
  [{ OPENCODE_CONFIG_DIR: '.opencode' }, '/home/me/.config/opencode/auth-tokens.json'],
  [{ XDG_CONFIG_HOME: '/xdg', OPENCODE_CONFIG_DIR: './mine' }, '/xdg/opencode/auth-tokens.json'],
])('the token file is found for %o at %s', (env, expected) => {
  expect(tokenFile(env, '/home/me')).toBe(expected);
});
