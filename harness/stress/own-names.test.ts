import { expect, it } from 'vitest';
import { artifacts } from '../targets/hardened.js';
import { artifacts as ofLeaseDir } from '../targets/lease-dir.js';
import { plainNames } from './own-names.js';

const sources = (patterns: readonly RegExp[]) => patterns.map(({ source }) => source);

it('the names that a target calls its own are those that its patterns say plainly', () => {
  expect(plainNames(sources(artifacts), 'auth.json')).toEqual([
    'auth.json.last',
    'auth.json.intents',
    'auth.json.refresh',
    'auth.json.used',
  ]);
});

it('a pattern that says no name stands for the common ones that fit it', () => {
  expect(plainNames(sources(ofLeaseDir), 'auth.json')).toEqual(['auth.json.lock']);
});

it('a target that calls nothing its own has what most have', () => {
  expect(plainNames([], 'auth.json')).toEqual(['auth.json.lock', 'auth.json.tmp', 'auth.json.bak']);
});
