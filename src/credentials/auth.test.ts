import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { allTextOf, failureOf, newDirectory, newFile, textOf } from '../store/scratch.test.helper.js';
import { openStore } from '../store/store.js';
import { library, runBuilt } from '../store/system.test.helper.js';
import { Auth, createAuth } from './auth.js';

const api = (key: string) => ({ type: 'api' as const, key });

describe('entries that are not credentials of this version', () => {
  // As other versions, plugins, editors and people have left them: in this order, in these very bytes.
  const untouched = [
    '"$schema": "https://example.com/auth.json"',
    '"10": {"type":"api",  "key":"integer-like keys stay in their place"}',
    '"9": { "type": "api", "key": "k\\u0039\\/" }',
    '"__proto__": {"type": "api", "key": "p", "__proto__": {"x": 1}}',
    '"constructor": {"type": "wellknown", "key": "K", "token": "t"}',
    '"fraction": {"type": "oauth", "refresh": "r", "access": "a", "expires": 1767225600000.50}',
    '"extra": {"z": 1.0, "type": "oauth", "refresh": "r", "access": "a", "expires": 0, "scopes": [ ]}',
    '"newer": {"type": "passkey", "id": 12345678901234567890}',
    '"foreign": {"api_key": "x"}',
    '"null": null',
    '"overflow": {"type": "oauth", "refresh": "r", "access": "a", "expires": 1e999}',
  ];
  const credentials = ['9', '10', '__proto__', 'constructor', 'fraction', 'extra'];
  const layout = (entries: string[]) => `{\n${entries.map((entry) => `  ${entry}`).join(',\n')}\n}`;
  const added = '"anthropic": {\n    "type": "api",\n    "key": "k"\n  }';

  it('foreign entries survive a set byte for byte and in order', async () => {
    const file = newFile();
    writeFileSync(file, layout(untouched));
    await createAuth({ file }).set('anthropic', api('k'));
    expect(textOf(file)).toBe(layout([...untouched, added]));
  });

  it('foreign entries survive a remove byte for byte and in order', async () => {
    const file = newFile();
    writeFileSync(file, layout([added, ...untouched]));
    await createAuth({ file }).remove('anthropic');
    expect(textOf(file)).toBe(layout(untouched));
  });

  it('foreign entries are not listed', async () => {
    const file = newFile();
    writeFileSync(file, layout(untouched));
    const all = await createAuth({ file }).all();
    expect(Object.keys(all)).toEqual(credentials);
    expect(all.extra).toMatchObject({ scopes: [], z: 1 });
  });

  it('get returns undefined for a foreign entry, and for what every object inherits', async () => {
    const file = newFile();
    writeFileSync(file, layout(untouched.filter((entry) => !entry.includes('constructor'))));
    const auth = createAuth({ file });
    for (const key of ['newer', 'foreign', 'null', '$schema', 'absent', 'constructor', 'toString', '', '/']) {
      expect(await auth.get(key)).toBeUndefined();
    }
    expect(await auth.get('__proto__')).toMatchObject({ key: 'p' });
  });

  it('a set replaces a foreign entry of the same name', async () => {
    const file = newFile();
    writeFileSync(file, layout(['"databricks": {"api_key": "x"}', ...untouched]));
    await createAuth({ file }).set('databricks', api('k'));
    expect(textOf(file)).toBe(layout([added.replace('anthropic', 'databricks'), ...untouched]));
  });
});

describe('names that differ only in trailing slashes', () => {
  const place = 'https://x';

  it.each([
    [place, 'none'],
    [`${place}//`, 'two'],
    [`${place}/`, 'none'],
  ])('get(%j) prefers the exact name, then the one without slashes', async (key, expected) => {
    const file = newFile();
    writeFileSync(file, JSON.stringify({ [`${place}//`]: api('two'), [place]: api('none') }));
    expect(await createAuth({ file }).get(key)).toEqual(api(expected));
  });

  it.each([place, `${place}/`, `${place}///`])('get(%j) also finds the name with a slash', async (key) => {
    const file = newFile();
    writeFileSync(file, JSON.stringify({ [`${place}/`]: api('slash') }));
    expect(await createAuth({ file }).get(key)).toEqual(api('slash'));
  });

  /** One entry in several spellings, and another. */
  const writeVariants = (file: string) =>
    writeFileSync(
      file,
      JSON.stringify({
        [`${place}/`]: 1,
        [place]: api('old'),
        [`${place}///`]: api('older'),
        'https://x/y': 2,
      }),
    );

  it.each([place, `${place}/`, `${place}//`])('set(%j) leaves one entry, in one commit', async (key) => {
    const file = newFile();
    writeVariants(file);
    const store = openStore(file);
    const commits = vi.spyOn(store, 'transaction');
    await createAuth({ store }).set(key, api('new'));
    expect(JSON.parse(textOf(file))).toEqual({ [place]: api('new'), 'https://x/y': 2 });
    expect(commits).toHaveBeenCalledTimes(1);
  });

  it.each([place, `${place}/`, `${place}//`])(
    'remove(%j) removes every spelling, in one commit',
    async (key) => {
      const file = newFile();
      writeVariants(file);
      const store = openStore(file);
      const commits = vi.spyOn(store, 'transaction');
      await createAuth({ store }).remove(key);
      expect(JSON.parse(textOf(file))).toEqual({ 'https://x/y': 2 });
      expect(commits).toHaveBeenCalledTimes(1);
    },
  );

  it.each(['', '/', '//'])('set and remove refuse the name %j', async (key) => {
    const auth = createAuth({ file: newFile() });
    for (const call of [() => auth.set(key, api('k')), () => auth.remove(key)]) {
      expect(await failureOf(call)).toMatchObject({ code: 'E_INPUT', definite: true });
    }
  });
});

describe('OPENCODE_AUTH_CONTENT, a snapshot of the credentials of another process', () => {
  const env = {
    OPENCODE_AUTH_CONTENT: JSON.stringify({ snapshot: api('CANARY'), 'https://x/': api('x'), junk: 1 }),
  };

  it('get and all answer from the variable, and the file is never read', async () => {
    // A directory: whoever reads it fails.
    const auth = createAuth({ file: newDirectory(), env });
    expect(await auth.all()).toEqual({ snapshot: api('CANARY'), 'https://x/': api('x') });
    expect(await auth.get('snapshot')).toEqual(api('CANARY'));
    expect(await auth.get('https://x')).toEqual(api('x'));
    expect(await auth.get('junk')).toBeUndefined();
  });

  it('set and remove start from the state of the file, and never write the variable into it', async () => {
    const file = newFile();
    writeFileSync(file, JSON.stringify({ a: api('a'), b: api('b') }));
    const auth = createAuth({ file, env });
    await auth.set('c', api('c'));
    await auth.remove('a');
    await auth.remove('snapshot');
    expect(JSON.parse(textOf(file))).toEqual({ b: api('b'), c: api('c') });
    for (const name of readdirSync(path.dirname(file), { recursive: true, withFileTypes: true })) {
      if (name.isFile()) expect(textOf(path.join(name.parentPath, name.name))).not.toContain('CANARY');
    }
  });

  it('a variable that is not JSON is an error of get and all, and the file is not read instead', async () => {
    const file = newFile();
    writeFileSync(file, JSON.stringify({ a: api('a') }));
    const auth = createAuth({ file, env: { OPENCODE_AUTH_CONTENT: '{"a":"CANARY' } });
    for (const call of [() => auth.all(), () => auth.get('a')]) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ code: 'E_INPUT', definite: true });
      expect(allTextOf(error)).not.toContain('CANARY');
    }
  });
});

describe('set', () => {
  it('set refuses what is not a credential, writes nothing, and quotes nothing of it', async () => {
    const file = newFile();
    const wrong = { type: 'oauth', refresh: 'CANARY', access: 'CANARY', expires: 'CANARY' };
    const error = await failureOf(createAuth({ file }).set('a', wrong as never));
    expect(error).toMatchObject({
      code: 'E_INPUT',
      definite: true,
      message: expect.stringContaining('expires'),
    });
    expect(allTextOf(error)).not.toContain('CANARY');
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  it('set keeps the fields that this version does not know', async () => {
    const file = newFile();
    const info = { ...api('k'), enterpriseUrl: 'https://x', nested: { a: [1] } };
    await createAuth({ file }).set('gitlab', info);
    expect(JSON.parse(textOf(file))).toEqual({ gitlab: info });
  });

  it('set stores the credential as it was at the call', async () => {
    const auth = createAuth({ file: newFile() });
    const info = api('then');
    const done = auth.set('a', info);
    info.key = 'later';
    await done;
    expect(await auth.get('a')).toEqual(api('then'));
  });

  it('concurrent sets are all stored', async () => {
    const auth = createAuth({ file: newFile() });
    await Promise.all(Array.from({ length: 32 }, (_, n) => auth.set(`p${n}/`, api(`${n}`))));
    expect(Object.keys(await auth.all())).toHaveLength(32);
  });
});

describe('errors that hold no secret', () => {
  it('the error on a damaged file quotes nothing of it', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":{"type":"api","key":"CANARY"');
    const auth = createAuth({ file });
    for (const call of [() => auth.all(), () => auth.set('b', api('CANARY'))]) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ code: 'E_CORRUPT', definite: true, file });
      expect(allTextOf(error)).not.toContain('CANARY');
    }
  });

  it("the error on a credential that can't be serialized quotes nothing of it", async () => {
    const info = { ...api('CANARY'), cycle: {} };
    info.cycle = info;
    const error = await failureOf(createAuth({ file: newFile() }).set('a', info));
    expect(error).toMatchObject({ code: 'E_INPUT', definite: true });
    expect(allTextOf(error)).not.toContain('CANARY');
  });
});

describe('the ready-made Auth', () => {
  it("Auth opens nothing and adds no listeners when it is imported, and its first call finds the agent's file", async () => {
    const home = newDirectory();
    const program = runBuilt(
      `
      import { readdirSync } from 'node:fs';
      const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
      const before = listeners();
      const { Auth } = await import(${JSON.stringify(library)});
      const after = listeners();
      console.log(JSON.stringify({ before, after, files: readdirSync(process.env.XDG_DATA_HOME) }));
      await Auth.set('https://x/', { type: 'api', key: 'k' });
      await Auth.close();`,
      { XDG_DATA_HOME: home, OPENCODE_AUTH_CONTENT: '' },
    );
    const { before, after, files } = JSON.parse(await program.line());
    expect(after).toEqual(before);
    expect(files).toEqual([]);
    expect(await program.ended).toEqual([0, null]);
    expect(JSON.parse(textOf(path.join(home, 'opencode', 'auth.json')))).toEqual({ 'https://x': api('k') });
  });

  it("Auth has the schemas and the types of the agent's namespace", () => {
    expectTypeOf<Auth.Info>().toEqualTypeOf<Auth.Oauth | Auth.Api | Auth.WellKnown>();
    expectTypeOf(Auth.get).returns.resolves.toEqualTypeOf<Auth.Info | undefined>();
    expect(Object.keys(Auth)).toEqual(expect.arrayContaining(['Oauth', 'Api', 'WellKnown', 'Info']));
  });
});

it('close waits for what has begun, and later calls fail with E_CLOSED', async () => {
  const auth = createAuth({ file: newFile() });
  const begun = auth.set('a', api('k'));
  await auth.close();
  await begun;
  for (const call of [() => auth.all(), () => auth.set('b', api('k')), () => auth.remove('a')]) {
    expect(await failureOf(call)).toMatchObject({ code: 'E_CLOSED', definite: true });
  }
});
