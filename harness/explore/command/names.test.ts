import { describe, expect, it } from 'vitest';
import { identifyAll } from '../../workload/values.js';
import { parseGateLine } from './gate-lines.js';
import { Aliases, readerFor, valueText } from './names.js';

describe('a value', () => {
  it('is recognised as the value of its client, and of no other client', () => {
    const read = readerFor('ini', ['k0', 'k10', 'seed-key']);
    const text = `[f "k0"]\nv = ${valueText('A.0.0')}\n[f "k10"]\nv = ${valueText('audit.0.1')}\n[f "k1"]\nv = x\n[f "seed-key"]\nv = cut`;
    expect(identifyAll(read(Buffer.from(text)) as Record<string, unknown>)).toEqual({
      k0: 'A.0.0',
      k10: 'audit.0.1',
      'seed-key': '!not one of ours',
    });
  });
});

it('a name that differs from run to run is known by the order in which a client names them', () => {
  const aliases = new Aliases((place) => place === 'data/file');
  expect(['data/file', 'data/tmp8x', 'data/tmp9y', 'data/tmp8x'].map((one) => aliases.of(one))).toEqual([
    'data/file',
    'data/~1',
    'data/~2',
    'data/~1',
  ]);
});

it('the bytes of a name are read as what they were', () => {
  expect(parseGateLine('{"call":1,"name":"open","process":2,"path":"/d/\\u00c3\\u00a9"}')).toMatchObject({
    path: '/d/é',
  });
});
