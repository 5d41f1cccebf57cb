import { existsSync, readdirSync } from 'node:fs';
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

  it('is not foreseen where there is no compiler', () => {
    vi.stubEnv('PATH', newDirectory());
    expect(() => foreseeHelper('isolate', { cache: newDirectory() })).toThrow('there is no "cc" here');
  });
});
