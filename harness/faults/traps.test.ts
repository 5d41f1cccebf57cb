import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listCanary, makeCanary } from '../line/canary.js';
import { Random } from '../workload/random.js';
import { makePipe } from './plant.js';
import { type Ambush, swappedDirectory, traps } from './traps.js';

/** What is prepared for one trap is used again by the next, as in a run. */
const workshop = mkdtempSync(path.join(tmpdir(), 'holdfast-traps-workshop-'));
const pipe = makePipe(path.join(workshop, 'pipe'));
afterAll(() => rmSync(workshop, { recursive: true, force: true }));

let sandbox: string;
let ambush: Ambush;

beforeEach(() => {
  sandbox = mkdtempSync(path.join(tmpdir(), 'holdfast-traps-'));
  mkdirSync(path.join(sandbox, 'data'));
  ambush = {
    place: path.join(sandbox, 'data', 'auth.json.lock'),
    directory: path.join(sandbox, 'data'),
    outside: makeCanary(sandbox),
    workshop,
    pipe,
    random: new Random(1, 'test'),
  };
});

afterEach(() => rmSync(sandbox, { recursive: true, force: true }));

const inPlace: Readonly<Record<string, (place: string) => void>> = {
  nothing: () => {},
  'a file': (place) => writeFileSync(place, ''),
  'a directory with files in it': (place) => {
    mkdirSync(path.join(place, 'owner'), { recursive: true });
    writeFileSync(path.join(place, 'owner', 'pid'), '1');
  },
};

describe.each([...new Set(traps)].map((plant) => ({ plant, name: plant.name })))('$name', ({ plant }) => {
  it.each(Object.keys(inPlace))('the trap takes the place of %s, and leaves nothing behind', (before) => {
    inPlace[before]?.(ambush.place);
    const untouched = listCanary(ambush.outside);
    const trap = plant(ambush);
    expect(trap?.what).toMatch(/^a /);
    expect(lstatSync(ambush.place).isFile()).toBe(false);
    trap?.remove();
    expect(readdirSync(path.dirname(ambush.place))).toEqual([]);
    expect(listCanary(ambush.outside)).toEqual(untouched);
  });

  it('the removal of the trap spares a file that the target has put in its place', () => {
    const trap = plant(ambush);
    rmSync(ambush.place, { recursive: true });
    writeFileSync(ambush.place, 'of the target');
    trap?.remove();
    expect(existsSync(ambush.place)).toBe(true);
  });

  it.each(['auth.json.lock.old', 'store/1/lock'])(
    'the trap is also removed where the target has moved it: %s',
    (name) => {
      const trap = plant(ambush);
      const moved = path.join(sandbox, 'data', name);
      mkdirSync(path.dirname(moved), { recursive: true });
      renameSync(ambush.place, moved);
      writeFileSync(`${moved}.of-the-target`, '');
      trap?.remove();
      expect(readdirSync(path.dirname(moved))).toEqual([`${path.basename(moved)}.of-the-target`]);
      // All that it needs is back, for the next time.
      plant(ambush)?.remove();
      expect(existsSync(ambush.place)).toBe(false);
    },
  );

  it('the removal of the trap spares an empty directory of the target', () => {
    const trap = plant(ambush);
    rmSync(ambush.place, { recursive: true });
    mkdirSync(ambush.place);
    trap?.remove();
    expect(existsSync(ambush.place)).toBe(true);
  });

  it('the trap can be planted again and again', () => {
    for (let round = 0; round < 3; round++) {
      const trap = plant(ambush);
      trap?.spring?.();
      trap?.remove();
      expect(readdirSync(path.dirname(ambush.place))).toEqual([]);
    }
  });
});

it('a program that empties a swapped directory by its path removes what is outside', () => {
  const trap = swappedDirectory(ambush);
  const inner = path.join(ambush.place, 'inner');
  const names = readdirSync(inner);
  expect(trap?.isSprung?.()).toBe(false);
  unlinkSync(path.join(inner, '7'));
  expect(trap?.isSprung?.()).toBe(true);
  trap?.spring?.();
  for (const name of names) rmSync(path.join(inner, name), { recursive: true, force: true });
  trap?.remove();
  expect(readdirSync(ambush.outside)).toEqual([]);
});
