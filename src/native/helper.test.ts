import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newDirectory } from '../cli/command.test.helper.js';
import { helperProgram, whyNot } from '../isolation/isolation.test.helper.js';
import type * as Helper from './helper.js';

const built = new URL('../../build/src/native/helper.js', import.meta.url).href;
const { foreseeHelper } = (await import(built)) as typeof Helper;

afterEach(() => void vi.unstubAllEnvs());

it('on another system there is no helper, and none is foreseen', () => {
  const system = { platform: 'darwin', arch: 'arm64' } as const;
  for (const find of [helperProgram, foreseeHelper])
    expect(() => find('isolate', { system })).toThrow('no helper: system: darwin on arm64');
});

describe.skipIf(whyNot !== undefined)(`the helper in C${whyNot ? ` (${whyNot})` : ''}`, () => {
  it('is foreseen without being made', () => {
    const cache = path.join(newDirectory(), 'cache');
    expect(foreseeHelper('isolate', { cache })).toBe('to compile');
    expect(existsSync(cache)).toBe(false);
    const place = helperProgram('isolate', { cache });
    expect(readdirSync(cache)).toEqual([path.basename(place)]);
    expect(foreseeHelper('isolate', { cache })).toBe('compiled');
  });

  it.each([
    ['is empty', (place: string) => writeFileSync(place, '')],
    ['is no program', (place: string) => writeFileSync(place, 'no program')],
    ['others can change', (place: string) => chmodSync(place, 0o777)],
  ])('is compiled anew where the one that is kept %s', (_, damage) => {
    const cache = path.join(newDirectory(), 'cache');
    const place = helperProgram('isolate', { cache });
    const { size } = statSync(place);
    damage(place);
    expect(foreseeHelper('isolate', { cache })).toBe('to compile');
    const found = statSync(helperProgram('isolate', { cache }));
    expect([found.size, found.mode & 0o777]).toEqual([size, 0o755]);
  });

  it('is not kept where others could replace it', () => {
    const cache = newDirectory();
    chmodSync(cache, 0o777);
    expect(() => helperProgram('isolate', { cache })).toThrow('another user could write into');
  });

  it('is not foreseen where there is no compiler', () => {
    vi.stubEnv('PATH', newDirectory());
    expect(() => foreseeHelper('isolate', { cache: newDirectory() })).toThrow('there is no "cc" here');
  });
});
