import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { journalOf } from '../store/calls.test.helper.js';
import { newDirectory } from '../store/scratch.test.helper.js';
import { openTokens, type Tokens } from './tokens.js';

/** What has returned is final: a power cut must not bring a token back, nor take one away. */
const changes: [string, (tokens: Tokens, id: string) => Promise<unknown>][] = [
  ['a deletion', (tokens, id) => tokens.delete(id)],
  ['a creation', (tokens) => tokens.create()],
  ['a rotation', (tokens, id) => tokens.rotate(id)],
];
it.each(changes)('%s returns only when file, copy and names are on the disk', async (_, change) => {
  const file = path.join(newDirectory(), 'auth-tokens.json');
  const tokens = openTokens({ file });
  onTestFinished(() => tokens.close());
  const { info } = await tokens.create();
  // It has had an intent of its own for the creation: this one begins as another process would.
  const others = openTokens({ file });
  onTestFinished(() => others.close());
  const { calls, end } = journalOf(path.dirname(file));
  onTestFinished(end);
  await change(others, info.id);
  calls.push('returned');
  expect(calls.filter((call) => /^synced [ik]\/(new|copy)$/.test(call))).toHaveLength(2);
  expect(calls.slice(calls.findIndex((call) => call.startsWith('rename')))).toEqual([
    expect.stringMatching(/^rename [ik]\/copy -> auth-tokens\.json\.last$/),
    expect.stringMatching(/^rename [ik]\/new -> auth-tokens\.json$/),
    ...['sync .', 'synced .', 'returned'],
  ]);
});
