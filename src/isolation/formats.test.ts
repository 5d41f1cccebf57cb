import fc from 'fast-check';
import { parse as parseToml, stringify as stringifyToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml, stringify } from 'yaml';
import { applyChange } from '../store/document/change.js';
import type { DocumentFormat } from '../store/document/format.js';
import { editsBetween } from './edits.js';
import { formatNamed } from './formats.js';

const named = async (name: string) => (await formatNamed(name)) ?? expect.fail(`no format ${name}`);
const [json, yaml, toml] = [await named('json:3'), await named('yaml'), await named('toml')];

const parsed = (format: DocumentFormat, text: string) =>
  format.parse(Buffer.from(text)) ?? expect.fail(`it is no document: ${text}`);
const again = (format: DocumentFormat, text: string) => format.serialize(parsed(format, text)).toString();

/** What is in the file when one has written `theirs`, and then another one `ours`, both from `base`. */
function merged(format: DocumentFormat, base: string, theirs: string, ours: string): string {
  const edits = editsBetween(parsed(format, base), parsed(format, ours), undefined, format.isSame);
  return format.serialize(applyChange(parsed(format, theirs), edits)).toString();
}

describe('JSON of several levels', () => {
  const docker = { auths: { a: { auth: 'x' }, b: { auth: 'y' } }, credHelpers: {} };
  const text = (value: unknown) => JSON.stringify(value, null, '\t');

  it('merges within objects: a login of one and a logout of another both stay', () => {
    const theirs = { ...docker, auths: { ...docker.auths, c: { auth: 'z' } } };
    const ours = { ...docker, auths: { b: docker.auths.b } };
    expect(JSON.parse(merged(json, text(docker), text(theirs), text(ours)))).toEqual({
      auths: { b: { auth: 'y' }, c: { auth: 'z' } },
      credHelpers: {},
    });
  });

  it('keeps an object that one has emptied, and what another one puts into it', () => {
    const ours = { ...docker, auths: {} };
    expect(
      JSON.parse(merged(json, text(docker), text({ auths: { a: docker.auths.a } }), text(ours))),
    ).toEqual({ auths: {} });
    const theirs = { auths: { c: { auth: 'z' } } };
    expect(JSON.parse(merged(json, text(docker), text(theirs), text(ours)))).toEqual(theirs);
  });

  it('reads again what it has written, whatever it is, and rounds no number', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(JSON.parse(again(json, JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(again(json, '{"a":{"n":12345678901234567890}}')).toContain('12345678901234567890');
  });
});

const hosts = `# by hand
github.com:
    user: anna
    # of today
    oauth_token: one
    git_protocol: https

example.org:
    oauth_token: two
`;

describe('YAML', () => {
  it('is written as it was, with its comments, lists, strings of several lines and its indentation', () => {
    const whole = `${hosts}
text: |
  # no comment
  a: b

flow: {a: 1, b: [2, 3]}
empty:
list:
- name: one
  user: {token: x}
- name: two
plain: [a,
  b]
`;
    expect(again(yaml, whole)).toBe(whole);
    expect(again(yaml, '')).toBe('');
    expect(again(yaml, '# nothing\n')).toBe('# nothing\n');
    expect(again(yaml, '\na: 1\n')).toBe('\na: 1\n');
    expect(again(yaml, '---\na: 1\n')).toBe('---\na: 1\n');
  });

  it('merges within maps: each keeps what the other has set, changed or removed, and the comments', () => {
    const theirs = hosts.replace('    git_protocol: https\n', '    git_protocol: ssh\n    editor: vi\n');
    const ours = hosts.replace('oauth_token: one', 'oauth_token: new').replace(/\nexample[\s\S]*$/, '');
    expect(merged(yaml, hosts, theirs, ours)).toBe(
      theirs.replace('oauth_token: one', 'oauth_token: new').replace(/\nexample[\s\S]*$/, ''),
    );
  });

  it('merges a file that a program has written anew, with another indentation and without comments', () => {
    const ours =
      'example.org:\n  oauth_token: two\ngithub.com:\n  git_protocol: https\n  oauth_token: one\n  user: bert\n  x:\n    y: 1\n';
    const theirs = `${hosts}    user: carl\n`;
    const text = merged(yaml, hosts, theirs, ours);
    expect(text).toContain('# by hand');
    expect(parseYaml(text)).toEqual({
      'github.com': { user: 'bert', oauth_token: 'one', git_protocol: 'https', x: { y: 1 } },
      'example.org': { oauth_token: 'two', user: 'carl' },
    });
  });

  it('merges items of a list by their names', () => {
    const list = (...names: string[]) =>
      `users:\n${names.map((one) => `- name: ${one}\n  user: {}\n`).join('')}`;
    expect(merged(yaml, list('a', 'b'), list('a', 'b', 'c'), list('b', 'd'))).toBe(list('b', 'c', 'd'));
    expect(parseYaml(merged(yaml, list('a', 'b'), list('b'), list('a')))).toEqual({ users: [] });
  });

  it('keeps what one puts below a key that another has removed or emptied', () => {
    const below = `${hosts}    user: carl\n`;
    for (const ours of [
      hosts.replace(/\nexample[\s\S]*$/, ''),
      hosts.replace(/(example.org:)[\s\S]*$/, '$1 {}\n'),
    ])
      expect(parseYaml(merged(yaml, hosts, below, ours))).toMatchObject({ 'example.org': { user: 'carl' } });
    expect(parseYaml(merged(yaml, 'a:\n  b: 1\n  c: 1\n', 'a:\n  b: 1\n', 'a:\n  c: 1\n'))).toEqual({
      a: {},
    });
  });

  it.each(['a: [1', 'a: "x', 'a: 1\n b: 2\n', '- 1\n', 'text', 'a: 1\na: 2\n', 'a: \xff'])(
    'is no document: %j',
    (text) => {
      expect(yaml.parse(Buffer.from(text, 'latin1'))).toBeUndefined();
    },
  );

  it('takes no two numbers for the same that JavaScript rounds to one', () => {
    const base = 'a: 12345678901234567890\nb: 1\n';
    expect(merged(yaml, base, base, base.replace('90\n', '91\n'))).toBe(base.replace('90\n', '91\n'));
  });

  it('is refused, and nothing is written, where two changes make no text together', () => {
    const base = 'a: &x 1\nb: 2\n';
    expect(() => merged(yaml, base, 'b: 2\n', 'a: &x 1\nb: *x\n')).toThrow('make no YAML together');
  });

  it('has the same values when it is written and read again, whatever they are', () => {
    const value = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.constant(null), tie('list'), tie('map')),
      list: fc.array(tie('node'), { maxLength: 3 }),
      map: fc.dictionary(fc.string({ maxLength: 4 }), tie('node'), { maxKeys: 4 }),
    })).map;
    fc.assert(
      fc.property(value, (one) => {
        const text = `${stringify(one)}\n`;
        expect(parseYaml(again(yaml, text)) ?? {}).toEqual(parseYaml(text) ?? {});
      }),
    );
  });
});

const config = `# by hand
model = "x"
list = [
  "a", # [
  "b",
]

[mcp_servers.one] # first
command = "run"
args = []
text = """
[no.table]
key = 1
"""

[[profile]]
name = "a"
[profile.more]
x = 1

[[profile]]
name = "b"

[last]
"quoted key" = 1
`;

describe('TOML', () => {
  it('is written as it was: tables, arrays of tables, comments, values of several lines', () => {
    expect(again(toml, config)).toBe(config);
    expect(again(toml, '')).toBe('');
  });

  it('merges by key: each keeps what the other has set, changed or removed, each in its table', () => {
    const theirs = config
      .replace('args = []', 'args = ["-v"]')
      .replace('[last]', '[mcp_servers.two]\ncommand = "x"\n\n[last]');
    const ours = config
      .replace('  "b",\n', '')
      .replace('command = "run"', "command = 'go'")
      .replace('"quoted key"', "'quoted key'");
    const expected = theirs.replace('  "b",\n', '').replace('command = "run"', "command = 'go'");
    expect(merged(toml, config, theirs, ours)).toBe(expected);
    expect(parseToml(expected)).toMatchObject({ mcp_servers: { one: { command: 'go', args: ['-v'] } } });
  });

  it('takes an array of tables for one entry: what stands below an element stays below it', () => {
    const theirs = config.replace('[last]', '[[profile]]\nname = "c"\n[profile.more]\nx = 3\n\n[last]');
    const ours = config.replace('model = "x"', 'model = "y"');
    expect(parseToml(merged(toml, config, theirs, ours))).toMatchObject({
      model: 'y',
      profile: [{ name: 'a', more: { x: 1 } }, { name: 'b' }, { name: 'c', more: { x: 3 } }],
    });
  });

  it('is refused, and nothing is written, where two changes make no text together', () => {
    const base = 'x = 1\n';
    expect(() => merged(toml, base, `${base}[t]\nk = 1\n`, `${base}t = 2\n`)).toThrow(
      'make no TOML together',
    );
  });

  it('holds numbers of more digits than JavaScript has', () => {
    const base = 'a = 1234567890123456789\nb = 1\n';
    expect(again(toml, base)).toBe(base);
    expect(merged(toml, base, base, base.replace('89\n', '90\n'))).toBe(base.replace('89\n', '90\n'));
  });

  it.each(['a = [1', 'a = "x', 'a', '[a', 'a = 1\na = 2\n', 'a = """x'])('is no document: %j', (text) => {
    expect(toml.parse(Buffer.from(text))).toBeUndefined();
  });
});

describe('two programs that write the whole file anew', () => {
  type Tree = { [key: string]: string | Tree };
  const key = fc.constantFrom('a', 'b', 'c', 'd.e', 'f g');
  const tree = fc.letrec<{ tree: Tree; node: string | Tree }>((tie) => ({
    node: fc.oneof({ maxDepth: 4 }, fc.string(), tie('tree')),
    tree: fc.dictionary(key, tie('node'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  })).tree;

  /** Sets a key of its own in one of the maps within maps, or changes or removes one that is there. */
  function changed(from: Tree, own: string, picks: number[]): Tree {
    const copy = structuredClone(from);
    let at = copy;
    for (const pick of picks) {
      const below = Object.values(at).filter((value) => typeof value === 'object');
      const next = below[pick % (below.length + 1)];
      if (!next) break;
      at = next;
    }
    at[own] = own;
    return copy;
  }

  it.each([
    [json.name, json, (value: Tree) => JSON.stringify(value), (text: string) => JSON.parse(text)],
    [yaml.name, yaml, (value: Tree) => stringify(value), (text: string) => parseYaml(text)],
    [toml.name, toml, (value: Tree) => stringifyToml(value), (text: string) => parseToml(text)],
  ] as const)(
    'keep what each has set, in whichever map, and all that was there: %s',
    (_, format, write, read) => {
      const picks = fc.array(fc.nat(3), { maxLength: 2 });
      fc.assert(
        fc.property(tree, picks, picks, (base, mine, yours) => {
          const [theirs, ours] = [changed(base, 'theirs', yours), changed(base, 'ours', mine)];
          const text = merged(format, write(base), write(theirs), write(ours));
          expect(read(text)).toEqual(changed(theirs, 'ours', mine));
        }),
      );
    },
  );
});

describe('a text of any parts', () => {
  const lines = [
    '\n',
    '\n',
    '\n  ',
    '\r\n',
    ' ',
    '\t',
    'a',
    'b',
    '1',
    '# c',
    ' # d',
    '"',
    "'",
    ', ',
    '{',
    '}',
    '[',
    ']',
  ];

  it.each([
    [yaml.name, yaml, [': ', ':', '\n- ', '- name: x', '|', '---', '&x ', '*x', '!t ']],
    [toml.name, toml, [' = ', 'a = 1\n', '[a]\n', '[[a]]\n', '[a.b]\n', '"""', "'''", '.', '\\']],
  ] as const)(
    'has the same entries when it is written and read again, if it is whole: %s',
    (_, format, own) => {
      const text = fc
        .array(fc.constantFrom(...lines, ...own), { maxLength: 12 })
        .map((parts) => parts.join(''));
      fc.assert(
        fc.property(text, (one) => {
          const document = format.parse(Buffer.from(one));
          if (document) expect(new Set(format.parse(format.serialize(document)))).toEqual(new Set(document));
        }),
      );
    },
  );
});
