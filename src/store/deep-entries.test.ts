import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eachInTiers } from '../tiers.test.helper.js';
import { eventually } from '../waiting.test.helper.js';
import { allTextOf, failureOf, newFile, textOf } from './scratch.test.helper.js';
import { openStore } from './store.js';

/** So many arrays, each in the one before, around a value. */
const nested = (levels: number, inner = '"CANARY"') => '['.repeat(levels) + inner + ']'.repeat(levels);
const kibibytes = (count: number) => 'x'.repeat(count * 1024);

describe('the limits of an entry', () => {
  const shared = { text: kibibytes(100) };
  const refused: [string, () => unknown][] = [
    // One of each kind: of levels, of levels that only its text has, of length.
    ['33 levels', () => JSON.parse(nested(33))],
    ['levels that appear when it is written', () => ({ toJSON: () => JSON.parse(nested(33)) })],
    ['more than 256 KiB of text', () => kibibytes(256)],
    ['33 levels, of them one empty', () => JSON.parse(nested(32, '{}'))],
    ['33 levels of objects', () => JSON.parse(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`)],
    ['as many as JSON takes', () => JSON.parse(nested(4_000))],
    ['more than any recursion takes', () => JSON.parse(nested(500_000))],
    ['more than 256 KiB of text in parts', () => Array.from({ length: 300 }, () => kibibytes(1))],
    ['the same text several times', () => [shared, shared, shared]],
    ['an array that is nearly empty', () => new Array(10_000_000)],
    ['text that is longer with its escapes', () => '\u0001'.repeat(50 * 1024)],
    ['text of more bytes than characters', () => '\u20ac'.repeat(100 * 1024)],
    ['much that is wide and deep', () => JSON.parse(nested(30, `[${'1,'.repeat(5_000)}1]`))],
  ];

  it.each(refused)('a set beyond the limits is refused, and nothing is written: %s', async (_, value) => {
    const file = newFile();
    const error = await failureOf(openStore(file).set('a', value()));
    expect(error).toMatchObject({ code: 'E_INPUT', definite: true });
    expect(error.message).toMatch(/"a" has more than (32 levels|256 KiB)/);
    expect(allTextOf(error)).not.toContain('CANARY');
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  // The same limits, of what its function returns.
  eachInTiers(refused, 3)(
    'an update with a result beyond the limits is refused, and the old value stays: %s',
    async (_, value) => {
      const store = openStore(newFile());
      await store.set('a', 1);
      expect(await failureOf(store.update('a', value))).toMatchObject({ code: 'E_INPUT', definite: true });
      expect(await store.get('a')).toBe(1);
    },
  );

  it('a key of 256 KiB is refused, and the error shows only its beginning', async () => {
    const error = await failureOf(openStore(newFile()).set(kibibytes(256), 1));
    expect(error).toMatchObject({ code: 'E_INPUT', definite: true });
    expect(error.message.length).toBeLessThan(300);
  });

  it('an entry just within the limits is stored', async () => {
    const file = newFile();
    const store = openStore(file);
    const value = { deep: JSON.parse(nested(31)), long: kibibytes(250), twice: [shared, shared].length };
    await store.set('a', value);
    expect(await store.get('a')).toEqual(value);
    expect(textOf(file)).toBe(JSON.stringify({ a: value }, null, 2));
  });
});

describe.each([100, 1_300, 3_600, 4_000, 200_000])(
  'an entry of %i levels that another program wrote',
  (levels) => {
    const deep = `{"type":"api","key":"k","more": ${nested(levels)}}`;
    const fileWith = (more: string) => {
      const file = newFile();
      writeFileSync(file, `{"deep": ${deep}, "b": ${more}}`);
      return file;
    };

    it('a deep entry can be read, and so can the others', async () => {
      const store = openStore(fileWith('1'));
      onTestFinished(() => store.close());
      expect(await store.get('b')).toBe(1);
      const { deep, ...others } = await store.all();
      expect(others).toEqual({ b: 1 });
      expect(deep).toMatchObject({ type: 'api', key: 'k' });
      // All that a caller does with values works with these.
      expect(JSON.stringify(structuredClone(await store.get('deep')))).toBe(JSON.stringify(deep));
      expect(JSON.stringify(deep)).toContain('CANARY');
    });

    it('a deep entry stays as it is, byte for byte, when others are changed', async () => {
      const file = fileWith('1');
      const store = openStore(file);
      await store.set('b', 2);
      await store.update('c', () => 3);
      await store.remove('b');
      await store.refresh(
        'c',
        () => false,
        () => 4,
      );
      // Another program changes another entry, which is taken over.
      writeFileSync(file, textOf(file).replace('"c": 4', '"c": 5'));
      await store.set('d', 6);
      expect(await store.get('c')).toBe(5);
      expect(textOf(file)).toContain(`"deep": ${deep}`);
      await store.close();
    });

    it('a deep entry can be replaced and removed', async () => {
      const store = openStore(fileWith('1'));
      await store.set('deep', 'other');
      expect(await store.all()).toEqual({ deep: 'other', b: 1 });
      const again = openStore(fileWith('1'));
      await again.remove('deep');
      expect(await again.all()).toEqual({ b: 1 });
      await Promise.all([store.close(), again.close()]);
    });

    it('a deep entry can be watched, and a change of its layout alone is no change', async () => {
      const file = fileWith('1');
      const store = openStore(file);
      onTestFinished(() => store.close());
      const told = new Set<string>();
      store.watch(({ changed }) => changed.forEach((key) => void told.add(key)));
      const other = openStore(file);
      writeFileSync(file, `{"deep":${deep.replace('"k",', '"k" ,')},"b":2}`);
      await other.set('c', 3);
      await eventually(() => expect([...told]).toEqual(['b', 'c']));
      writeFileSync(file, textOf(file).replace('CANARY', 'another'));
      await eventually(() => expect([...told]).toEqual(['b', 'c', 'deep']));
      await other.close();
    });
  },
);
