import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aWhile, eventually } from '../../waiting.test.helper.js';
import { newFile } from '../scratch.test.helper.js';
import { openStore } from '../store.js';
import { built, library, runBuilt } from '../system.test.helper.js';
import { type Credential, newProvider } from './oauth-server.test.helper.js';

interface Outcome {
  value?: Credential;
  error?: { code: string; definite: boolean; message: string };
  cause?: string;
}

/**
 * A process that refreshes when it is told to, one job after the other. It says "waits" when it has seen the claim of another
 * process: from then on it waits for that one. `doRefresh` says "asking", does the steps, and says what it did; then the program
 * says how its call ended.
 */
const worker = `
  import { once } from 'node:events';
  const { interceptEach, plainPath } = await import(${JSON.stringify(built('intercept.test.helper'))});
  const { openStore } = await import(${JSON.stringify(library)});
  const { fetchToken } = await import(${JSON.stringify(built('refresh/fetch-token.test.helper'))});
  let saysThatItWaits = false;
  interceptEach(['openSync'], (openSync) => (place, flags, ...rest) => {
    const descriptor = openSync(place, flags, ...rest);
    if (saysThatItWaits && typeof flags === 'number' && /\\.refresh\\/[^/]+$/.test(plainPath(place))) {
      saysThatItWaits = false;
      console.log('waits');
    }
    return descriptor;
  });
  const isFresh = (value) => value.expires > 1;
  const told = () => once(process.stdin, 'data');
  for (;;) {
    const { file, url, steps, options } = JSON.parse(String(await told()));
    saysThatItWaits = true;
    const doSteps = new (async () => {}).constructor('ask', 'told', steps);
    let asked = Promise.resolve();
    const doRefresh = (old) => {
      console.log('asking');
      asked = doSteps(() => fetchToken(url, old.refresh), told);
      return asked;
    };
    const store = openStore(file);
    console.log('ready');
    await told();
    const outcome = await store.refresh('p', isFresh, doRefresh, options).then(
      (value) => ({ value }),
      (error) => ({ error, cause: error.cause?.message }),
    );
    saysThatItWaits = false;
    console.log(JSON.stringify(outcome));
    await asked.catch(() => {});
  }`;

/** Those of former tests that have nothing left to do. No test starts one that it does not need: that takes longer than its work. */
const idle: ReturnType<typeof runBuilt>[] = [];

/** Each of a test is a process of its own. */
function refresher(file: string, url: string, steps = 'return ask();', options: { leaseMs?: number } = {}) {
  const program = idle.pop() ?? runBuilt(worker);
  program.tell(JSON.stringify({ file, url, steps, options }));
  let isOver = false;
  onTestFinished(() => {
    if (isOver) idle.push(program);
  });
  return {
    ...program,
    stop: () => process.kill(program.pid ?? 0, 'SIGSTOP'),
    resume: () => process.kill(program.pid ?? 0, 'SIGCONT'),
    begin: async () => {
      expect(await program.line()).toBe('ready');
      program.tell('begin');
    },
    says: async (line: string) => expect(await program.line()).toBe(line),
    waits: async () => {
      while ((await program.line()) !== 'waits');
    },
    /** How its call ended, whatever it says before. */
    async outcome(): Promise<Outcome> {
      for (;;) {
        const line = await program.line();
        if (!line.startsWith('{')) continue;
        // What goes on after its lease may still say something.
        isOver = options.leaseMs === undefined;
        return JSON.parse(line);
      }
    },
  };
}

async function setUp() {
  const [file, provider] = [newFile(), await newProvider()];
  const store = openStore(file);
  await store.set('p', provider.expired());
  const stored = () => store.get('p');
  return { file, provider, store, stored };
}

const claimsIn = (file: string) => (existsSync(`${file}.refresh`) ? readdirSync(`${file}.refresh`) : []);

describe('one refresh', () => {
  it('only one of four processes asks the provider, and all get the new credential', async () => {
    const { file, provider, stored } = await setUp();
    const programs = Array.from({ length: 4 }, () => refresher(file, provider.url));
    for (const program of programs) expect(await program.line()).toBe('ready');
    for (const program of programs) program.tell('begin');
    const outcomes = await Promise.all(programs.map((program) => program.outcome()));
    expect(provider.requests).toEqual([{ refresh: 'account-refresh-0', granted: true }]);
    for (const outcome of outcomes) expect(outcome).toEqual({ value: provider.current() });
    expect(await stored()).toEqual(provider.current());
    expect(existsSync(`${file}.refresh`)).toBe(false);
  });

  it('other processes write the file while the provider is asked', async () => {
    const { file, provider, store } = await setUp();
    const program = refresher(file, provider.url, 'await told(); return ask();');
    await program.begin();
    await program.says('asking');
    // Were it to wait for the refresh, it would wait for us.
    await store.set('other', 1);
    program.tell('go on');
    expect(await program.outcome()).toEqual({ value: provider.current() });
    expect(await store.all()).toEqual({ p: provider.current(), other: 1 });
  });
});

describe('a refresher that is killed', () => {
  it('exactly one process succeeds a refresher that was killed before it asked, and the login is kept', async () => {
    const { file, provider, stored } = await setUp();
    const victim = refresher(file, provider.url, 'await told();');
    await victim.begin();
    await victim.says('asking');
    const others = Array.from({ length: 2 }, () => refresher(file, provider.url));
    for (const other of others) await other.begin();
    for (const other of others) await other.waits();
    victim.kill();
    for (const other of others) expect(await other.outcome()).toEqual({ value: provider.current() });
    expect(provider.requests).toEqual([{ refresh: 'account-refresh-0', granted: true }]);
    expect(await stored()).toEqual(provider.current());
    expect(existsSync(`${file}.refresh`)).toBe(false);
  });

  it('a spent token that a killed refresher leaves is refused once, is an error for all, and wipes nothing', async () => {
    const { file, provider, stored } = await setUp();
    const victim = refresher(file, provider.url, 'await ask(); console.log("answered"); await told();');
    await victim.begin();
    await victim.says('asking');
    await victim.says('answered');
    const others = Array.from({ length: 2 }, () => refresher(file, provider.url));
    for (const other of others) await other.begin();
    for (const other of others) await other.waits();
    victim.kill();
    const outcomes = await Promise.all(others.map((other) => other.outcome()));
    for (const { error } of outcomes) expect(error).toMatchObject({ code: 'E_REFRESH', definite: true });
    expect(outcomes.map(({ cause }) => cause).toSorted()).toEqual(['invalid_grant', undefined]);
    expect(provider.requests.map(({ granted }) => granted)).toEqual([true, false]);
    expect(await stored()).toMatchObject({ refresh: 'account-refresh-0' });
  });
});

describe('a refresher that does not end', () => {
  it('a hanging refresher is passed after its lease, gets an error, and its late answer overwrites nothing', async () => {
    const { file, provider, stored } = await setUp();
    const steps = 'await told(); console.log("late"); return { access: "late" };';
    const hanging = refresher(file, provider.url, steps, { leaseMs: 1500 });
    await hanging.begin();
    await hanging.says('asking');
    const other = refresher(file, provider.url);
    await other.begin();
    expect(await hanging.outcome()).toMatchObject({ error: { code: 'E_REFRESH', definite: false } });
    expect(await other.outcome()).toEqual({ value: provider.current() });
    hanging.tell('go on');
    await hanging.says('late');
    await aWhile();
    expect(await stored()).toEqual(provider.current());
  });

  it('a late answer is stored if no other process has refreshed meanwhile', async () => {
    const { file, provider, stored } = await setUp();
    const late = refresher(file, provider.url, 'await told(); return ask();', { leaseMs: 300 });
    await late.begin();
    await late.says('asking');
    expect(await late.outcome()).toMatchObject({ error: { code: 'E_REFRESH', definite: false } });
    late.tell('go on');
    await eventually(async () => expect(await stored()).toEqual(provider.current()));
  });

  it("a stopped refresher is passed, and adopts the other's credential when it resumes and is refused", async () => {
    const { file, provider } = await setUp();
    const stopped = refresher(file, provider.url, 'await told(); return ask();');
    await stopped.begin();
    await stopped.says('asking');
    stopped.stop();
    const other = refresher(file, provider.url, undefined, { leaseMs: 5000 });
    await other.begin();
    expect(await other.outcome()).toEqual({ value: provider.current() });
    stopped.resume();
    stopped.tell('go on');
    expect(await stopped.outcome()).toEqual({ value: provider.current() });
    expect(provider.requests.map(({ granted }) => granted)).toEqual([true, false]);
  });
});

describe('changes while the provider is asked', () => {
  const waiting = 'const answer = await ask(); console.log("answered"); await told(); return answer;';

  it('a logout during a refresh stays in effect', async () => {
    const { file, provider, store } = await setUp();
    const program = refresher(file, provider.url, waiting);
    await program.begin();
    await program.says('asking');
    await program.says('answered');
    await store.remove('p');
    program.tell('go on');
    expect(await program.outcome()).toEqual({});
    expect(await store.all()).toEqual({});
    expect(claimsIn(file)).toEqual([]);
  });

  it('a login during a refresh wins', async () => {
    const { file, provider, store, stored } = await setUp();
    const program = refresher(file, provider.url, waiting);
    await program.begin();
    await program.says('asking');
    await program.says('answered');
    const login: Credential = { type: 'oauth', access: 'login', refresh: 'login', expires: 4e12 };
    await store.set('p', login);
    program.tell('go on');
    expect(await program.outcome()).toEqual({ value: login });
    expect(await stored()).toEqual(login);
    expect(claimsIn(file)).toEqual([]);
  });
});

describe('a refresh that fails', () => {
  it('a failed refresh is shared by those who wait for it, wipes nothing, and a later call may try again', async () => {
    const { file, provider, stored } = await setUp();
    provider.goDown();
    const first = refresher(file, provider.url, 'await told(); return ask();');
    await first.begin();
    await first.says('asking');
    const others = Array.from({ length: 2 }, () => refresher(file, provider.url));
    for (const other of others) await other.begin();
    for (const other of others) await other.waits();
    first.tell('go on');
    expect(await first.outcome()).toMatchObject({ error: { code: 'E_REFRESH' }, cause: 'invalid_grant' });
    for (const other of others) {
      const { error, cause } = await other.outcome();
      expect(error).toMatchObject({ code: 'E_REFRESH', definite: true, holder: { pid: first.pid } });
      expect(cause).toBeUndefined();
    }
    expect(provider.requests).toHaveLength(1);
    expect(await stored()).toEqual(provider.expired());
    expect(claimsIn(file)).toHaveLength(1);
    const text = readFileSync(path.join(`${file}.refresh`, claimsIn(file)[0] ?? ''), 'utf8');
    expect(text + claimsIn(file)).not.toMatch(/account-|invalid_grant/);

    const later = refresher(file, provider.url);
    await later.begin();
    expect(await later.outcome()).toMatchObject({ error: { code: 'E_REFRESH' }, cause: 'invalid_grant' });
    expect(provider.requests).toHaveLength(2);
    expect(claimsIn(file)).toHaveLength(1);
  });
});
