import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { leftoversBeside, pathsBeside } from './beside.js';
import { ownPatterns } from './own-paths.js';

function directoryWith(names: readonly string[]): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-beside-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const name of names) {
    const place = path.join(directory, name);
    mkdirSync(name.endsWith('/') ? place : path.dirname(place), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(place, '');
  }
  return path.join(directory, 'auth.json');
}

/** What is litter of a run, after a store that leaves `alone` when no other process is at it. */
function litter(alone: readonly string[], after: readonly string[], artifacts: RegExp[] = []): string[] {
  const patterns = ownPatterns(pathsBeside(directoryWith(alone)), 'auth.json', ['probe-provider']);
  return leftoversBeside(directoryWith(after), { patterns, artifacts });
}

const hardened = ['auth.json', 'auth.json.last', 'auth.json.intents/'];
const intent = 'auth.json.intents/i-9a7c32edb6386eec-7880-1249419-92797aae05c0-vm';

it('a file that the store also leaves when it is alone is no leftover, though the store declares nothing', () => {
  expect(litter(hardened, hardened)).toEqual([]);
});
it('a file that a killed process has left is a leftover, named by its path', () => {
  expect(litter(hardened, [...hardened, intent, 'auth.json.tmp'])).toEqual([intent, 'auth.json.tmp']);
});
it('a directory that no lone run leaves is one leftover, and not each file in it', () => {
  expect(litter(hardened, [...hardened, 'auth.json.lock/a', 'auth.json.lock/b'])).toEqual([
    'auth.json.lock/',
  ]);
});
it('a file for each key is the store itself, and a temporary file among them is a leftover', () => {
  const left = ['auth.json/tui-1-provider-7.json', 'auth.json/tui-1-provider-7.json.4711'];
  expect(litter(['auth.json/probe-provider.json'], left)).toEqual([left[1]]);
});
it('a target may declare more files as its own, and files in a directory by a pattern with a slash', () => {
  expect(litter(hardened, [...hardened, 'auth.json.bak'], [/\.bak$/])).toEqual([]);
  expect(litter(hardened, [...hardened, intent], [/vm$/])).toEqual([intent]);
  expect(litter(hardened, [...hardened, intent], [/\.intents\/.*vm$/])).toEqual([]);
});
