import { expect, it } from 'vitest';
import { artifacts } from '../targets/hardened.js';
import { artifacts as ofLeaseDir } from '../targets/lease-dir.js';
import { plainNames } from './own-names.js';

const sources = (patterns: readonly RegExp[]) => patterns.map(({ source }) => source);

it('the names that a target declares as its own are those that its patterns spell out', () => {
  expect(plainNames(sources(artifacts), 'auth.json')).toEqual([
    'auth.json.last',
    'auth.json.intents',
    'auth.json.refresh',
    'auth.json.used',
  ]);
});

it('a pattern that spells out no name stands for the common names that match it', () => {
  expect(plainNames(sources(ofLeaseDir), 'auth.json')).toEqual(['auth.json.lock']);
});

it('a target that declares nothing has the names that most stores use', () => {
  expect(plainNames([], 'auth.json')).toEqual(['auth.json.lock', 'auth.json.tmp', 'auth.json.bak']);
});
