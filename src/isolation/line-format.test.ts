import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChange } from '../store/document/change.js';
import { editsBetween } from './edits.js';
import { lineFormat } from './line-format.js';

const formatOf = (name: string) => lineFormat(name) ?? expect.fail(`no format ${name}`);
const parsed = (name: string, text: string) =>
  formatOf(name).parse(Buffer.from(text)) ?? expect.fail('it is no document');
const again = (name: string, text: string) => formatOf(name).serialize(parsed(name, text)).toString();

/** What is in the file when one has written `theirs`, and then another one `ours`, both from `base`. */
function merged(name: string, { base, theirs, ours }: { base: string; theirs: string; ours: string }) {
  const edits = editsBetween(parsed(name, base), parsed(name, ours), undefined, formatOf(name).isSame);
  return formatOf(name)
    .serialize(applyChange(parsed(name, theirs), edits))
    .toString();
}

const config = `; by hand
first = 1

[core]
\tbare = false
\t# a comment
\teditor = vi

[remote "origin"] ; where it comes from
\turl = https://example.org/?a=[b]
\tfetch = +refs/heads/*
\tfetch = +refs/tags/*

[list]
names =
  one
  two
`;

describe('a file of lines', () => {
  it('is written as it was: sections, comments, empty lines, values of several lines', () => {
    expect(again('ini', config)).toBe(config);
    expect(again('lines', 'b\n\na\nb\n# b\n')).toBe('b\n\na\nb\n# b\n');
    expect(again('lines::', 'anna:x\n# all\nbert:y:z\n')).toBe('anna:x\n# all\nbert:y:z\n');
    expect(again('ini', '')).toBe('');
  });

  it('has the same entries when it is written and read again, whatever its lines are', () => {
    const part = fc.constantFrom('[a]', '[b]', 'a', 'b', '=', ':', ' ', '#', '\\', '\t', '\n', '\r\n');
    const text = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.constantFrom('ini', 'lines', 'lines:='), (bytes, name) => {
        const written = again(name, bytes);
        expect(new Set(parsed(name, written))).toEqual(new Set(parsed(name, bytes)));
        expect(again(name, written)).toBe(written);
      }),
    );
  });

  it('merges by key: each keeps what the other has set, changed or removed, each in its section', () => {
    const base = '[a]\nx=1\ny=1\nz=1\n\n[b]\nx=1\n';
    const theirs = '[a]\nx=2\ny=1\nz=1\n\n[b]\nx=1\nnew=1\n';
    const ours = '[a]\nx=1\nz=1\nnew=1\n\n[b]\nx=1\n\n[c]\nx=1\n';
    expect(merged('ini', { base, theirs, ours })).toBe(
      '[a]\nx=2\nz=1\nnew=1\n\n[b]\nx=1\nnew=1\n\n[c]\nx=1\n',
    );
  });

  it('takes a colon for part of a key that ends with an equals sign', () => {
    const base = '//host/:email=a\n';
    const theirs = '//host/:email=a\n//host/:_authToken=1\n';
    expect(merged('ini', { base, theirs, ours: '//host/:email=b\n' })).toBe(
      '//host/:email=b\n//host/:_authToken=1\n',
    );
  });

  it('puts a key under its section again, which another program has removed meanwhile', () => {
    expect(merged('ini', { base: '[a]\nx=1\n', theirs: '', ours: '[a]\nx=1\ny=1\n' })).toBe('[a]\ny=1\n');
  });

  it('puts a key without a section before all sections', () => {
    expect(merged('ini', { base: '[a]\nx=1\n', theirs: '[a]\nx=2\n', ours: 'k=1\n[a]\nx=1\n' })).toBe(
      'k=1\n[a]\nx=2\n',
    );
  });

  it('does not take a value that is laid out anew for a change', () => {
    expect(merged('ini', { base: 'a = 1\nb=1\n', theirs: 'a = 2\nb=1\n', ours: 'a=1\nb=2\n' })).toBe(
      'a = 2\nb=2\n',
    );
  });

  it('takes a value of several lines for one: of lines indented deeper, and behind a backslash', () => {
    const lists = { base: 'a =\n  1\nb =\n  1\n', theirs: 'a =\n  1\nb =\n  1\nc=1\n' };
    expect(merged('ini', { ...lists, ours: 'a =\n  1\n  2\nb =\n  1\n' })).toBe(
      'a =\n  1\n  2\nb =\n  1\nc=1\n',
    );
    const escaped = { base: 'a=1\\\n2\nb=1\n', theirs: 'a=1\\\n2\nb=1\nc=1\n' };
    expect(merged('ini', { ...escaped, ours: 'a=1\\\n3\nb=1\n' })).toBe('a=1\\\n3\nb=1\nc=1\n');
  });

  it('merges lines without keys by what they say', () => {
    expect(merged('lines', { base: 'a\nb\n', theirs: 'a\nb\nc\n', ours: 'b\nd\n' })).toBe('b\nc\nd\n');
    const passwords = { base: 'anna:1\nbert:1\n', theirs: 'anna:2\nbert:1\n', ours: 'anna:1\nbert:2\n' };
    expect(merged('lines::', passwords)).toBe('anna:2\nbert:2\n');
  });

  it('keeps a key in its section where git has both in one line', () => {
    const base = '[a]\nk=1\n[b] x = 1\r\nk=2\n';
    const ours = '[a]\nk=1\n[b] x = 2\r\nk=2\n';
    const theirs = `${base}new=1\n`;
    expect(merged('ini', { base, theirs, ours })).toBe('[a]\nk=1\n[b]\n x = 2\r\nk=2\nnew=1\n');
    expect(again('ini', 'v=1\\\n[b] x = 1\n')).toBe('v=1\\\n[b] x = 1\n');
  });

  it('keeps the comment behind the name of a section that begins again', () => {
    expect(again('ini', '[a] ; one\nx=1\n[a] ; two\ny=1\n')).toBe('[a] ; one\nx=1\n; two\ny=1\n');
  });

  it('keeps the ends of lines of Windows, and its mark at the beginning', () => {
    const windows = { base: '\ufeff[a]\r\nx=1\\\r\n[\r\n', theirs: '\ufeff[a]\r\nx=1\\\r\n[\r\nz=1\r\n' };
    expect(merged('ini', { ...windows, ours: '\ufeff[a]\r\nx=1\\\r\n[\r\ny=1\r\n' })).toBe(
      '\ufeff[a]\r\nx=1\\\r\n[\r\nz=1\r\ny=1\r\n',
    );
  });

  it('may have the same line, an end of a value or a bracket any number of times', () => {
    // Once, each line was compared with all before it: 20,000 took half a minute.
    expect(parsed('lines', '\n'.repeat(100_000)).size).toBe(100_000);
    for (const hostile of [`a=${'\\'.repeat(300_000)}x\nb\n`, `${'["'.repeat(50_000)}\n`])
      expect(again('ini', hostile)).toBe(hostile);
  });

  it('holds what both of two programs have changed, as if one had written after the other', () => {
    const key = fc.tuple(fc.constantFrom('', '[a]', '[b "c"]'), fc.constantFrom('x', 'y', 'z', 'é'));
    const wish = fc.tuple(key, fc.option(fc.constantFrom('1', '2', '=3', ' ; 4')), fc.boolean());
    const wishes = fc.array(wish, { maxLength: 8 });
    type Wishes = [[string, string], string | null, boolean][];
    const apply = (document: ReadonlyMap<string, string>, all: Wishes) => {
      const changed = new Map(document);
      for (const [[section, name], value] of all) {
        const id = `${section}\n=${name}`;
        if (value === null) changed.delete(id);
        else changed.set(id, JSON.stringify(`${name}=${value}`));
      }
      return changed;
    };
    const textOf = (document: ReadonlyMap<string, string>) => formatOf('ini').serialize(document).toString();
    const keys = (text: string) => new Map([...parsed('ini', text)].filter(([id]) => id.includes('\n')));
    fc.assert(
      fc.property(wishes, wishes, (first, all) => {
        const base = textOf(apply(new Map(), first));
        // Who changes a key is decided by the key, so that none is changed by both.
        const isMine = ([[section, name]]: Wishes[number]) => (section.length + name.charCodeAt(0)) % 2 === 0;
        const mine = all.filter(isMine);
        const others = all.filter((one) => !isMine(one));
        const theirs = textOf(apply(parsed('ini', base), others));
        const ours = textOf(apply(parsed('ini', base), mine));
        const both = textOf(apply(parsed('ini', theirs), mine));
        expect(keys(merged('ini', { base, theirs, ours }))).toEqual(keys(both));
      }),
    );
  });

  it('is none where it is no text', () => {
    for (const bytes of [[0xff], [0x61, 0x00]])
      expect(formatOf('ini').parse(Buffer.from(bytes))).toBeUndefined();
    for (const name of ['lines:', 'lines:\n', 'yaml', 'INI', '']) expect(lineFormat(name)).toBeUndefined();
  });
});
