import { expect, it } from 'vitest';
import { holdfastWarm } from './command.test.helper.js';

it.each([
  ['zsh', '#compdef holdfast'],
  ['bash', 'complete -F'],
  ['fish', 'complete -c holdfast'],
])('the script of %s is printed, and calls this command', async (shell, said) => {
  const { exitCode, stdout } = await holdfastWarm(['complete', shell]);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining(said)]);
});

it('commands, options and the choices of an option are completed', async () => {
  const offered = async (...words: string[]) => {
    const { stdout } = await holdfastWarm(['complete', '--', ...words]);
    return stdout.split('\n').map((line) => line.split('\t')[0]);
  };
  expect(await offered('expl')).toContain('explore');
  expect(await offered('stress', '--gr')).toContain('--grep');
  expect(await offered('stress', '--runtime', '')).toEqual(expect.arrayContaining(['node', 'bun', 'deno']));
  expect(await offered('auth', '')).toEqual(expect.arrayContaining(['list', 'token']));
});
