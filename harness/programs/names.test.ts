import { expect, it } from 'vitest';
import { idIn, keyIn, textOf } from './names.js';

it('a value is recognised within whatever text a program makes of it', () => {
  const text = textOf('tui-1.0.17');
  for (const written of [
    text,
    `"${text}"`,
    `https://u:${text}@host`,
    `echo\n!${text}`,
    `stdio\n${text}\n${text}`,
  ])
    expect(idIn(written)).toBe('tui-1.0.17');
  expect(idIn(textOf('seed.3'))).toBe('seed.3');
});

it('a value that was cut off is not taken for another operation’s', () => {
  const text = textOf('tui-1.0.17');
  for (let length = 0; length < text.length; length++)
    expect(idIn(text.slice(0, length)).startsWith('!'), text.slice(0, length)).toBe(true);
});

it('two values at one key, and a foreign value, are told apart from one value', () => {
  expect(idIn(`${textOf('tui-1.0.1')} ${textOf('tui-2.0.3')}`)).toBe('!parts of tui-1.0.1 and of tui-2.0.3');
  expect(idIn('https://example.test/secret')).toBe('!not one of ours');
});

it('a key is recognised within what a program makes of it, and no other text is taken for one', () => {
  expect(keyIn('//tui-1-provider-12.example.test/:_authToken')).toBe('tui-1-provider-12');
  expect(['audit-provider', 'probe-provider-2', 'shared-provider-0', 'seed-provider-4'].map(keyIn)).toEqual([
    'audit-provider',
    'probe-provider-2',
    'shared-provider-0',
    'seed-provider-4',
  ]);
  expect(['registry', 'version', 'provider-1', 'install.providers'].map(keyIn)).toEqual(
    Array(4).fill(undefined),
  );
});
