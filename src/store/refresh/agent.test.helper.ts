import { onTestFinished } from 'vitest';
import { atFileEnd } from '../../file-end.test.helper.js';
import { runCommand } from '../scratch.test.helper.js';
import { built, library } from '../system.test.helper.js';

export interface Ended {
  ok: boolean;
  /** The refresh token of what the call brought, or of what its error holds. */
  token?: string;
  code?: string;
  definite?: boolean;
  message?: string;
  pid?: number;
  /** What a log would show of the error. */
  shown?: string;
}

interface AgentOptions {
  /** A command before it: see `having`. */
  wrapper?: string[];
  /** Runs before the store is loaded; has `fs`, `interceptFs` and `state`. */
  setup?: string;
  /** Steps before and after the provider is asked; they have `fs`, `state` and `told()`, a line of its input. */
  before?: string;
  after?: string;
}

interface Process extends ReturnType<typeof runCommand> {
  /** As it is called outside its namespace only if it has none of its own. */
  pid: number;
}

/** Those of former tests that have nothing left to do, by what they have run before they have loaded the store. */
const idle = new Map<string, Process[]>();
atFileEnd(() => idle.clear());

async function start(wrapper: readonly string[], setup: string): Promise<Process> {
  const source = `
    import fs from 'node:fs';
    import { createInterface } from 'node:readline';
    import { inspect } from 'node:util';
    const { interceptFs } = await import(${JSON.stringify(built('intercept.test.helper'))});
    const state = {};
    ${setup}
    const { openStore } = await import(${JSON.stringify(library)});
    let store, file, url;
    let [before, after] = [async () => {}, async () => {}];
    const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const told = async () => (await lines.next()).value;
    const say = (of) => fs.writeSync(1, JSON.stringify(of) + '\\n');
    const ask = async (old) => {
      await before(fs, state, told, say);
      const body = new URLSearchParams({ refresh_token: old.refresh });
      const response = await fetch(url, { method: 'POST', body });
      const answer = await response.json();
      await after(fs, state, told, say);
      if (!response.ok) throw new Error(answer.error);
      return answer;
    };
    const steps = (text) => new (async () => {}).constructor('fs', 'state', 'told', 'say', text);
    const calls = {
      begin: async (given) => {
        for (const name of Object.keys(state)) delete state[name];
        await store?.close();
        ({ file, url } = given);
        [before, after] = [steps(given.before), steps(given.after)];
        store = openStore(file, { deadlineMs: 60_000 });
      },
      refresh: (stale) => store.refresh('p', (value) => value.refresh !== stale, ask, { leaseMs: 600_000, deadlineMs: 600_000 }),
      login: (value) => store.set('p', value),
      reopen: async () => { await store.close(); store = openStore(file); },
      run: (code) => eval(code),
    };
    say(process.pid);
    for (;;) {
      const line = await told();
      if (line === undefined) break;
      const [name, ...args] = JSON.parse(line);
      try {
        say({ ok: true, token: (await calls[name](...args))?.refresh });
      } catch (error) {
        const { code, definite, message, answer, holder } = error;
        const shown = [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), String(error), error.stack].join(' ');
        say({ ok: false, code, definite, message, token: answer?.refresh, pid: holder?.pid, shown });
      }
    }`;
  const running = runCommand([...wrapper, process.execPath, '--input-type=module', '-e', source]);
  return { ...running, pid: Number(await running.line()) };
}

/**
 * A process of the built store that refreshes, or does what else it is told to, a line a call. A credential that has the token
 * `stale` is to be refreshed. Each of a test is a process of its own, which may have served a test before.
 */
export async function newAgent(file: string, url: string, options: AgentOptions = {}) {
  const { wrapper = [], setup = '', before = '', after = '' } = options;
  const kind = JSON.stringify([wrapper, setup]);
  const running = idle.get(kind)?.pop() ?? (await start(wrapper, setup));
  let pending = 0;
  let isKilled = false;
  onTestFinished(({ task }) => {
    if (!isKilled && pending === 0 && task.result?.state !== 'fail')
      idle.set(kind, [...(idle.get(kind) ?? []), running]);
  });
  const agent = {
    ...running,
    kill: () => {
      isKilled = true;
      return running.kill();
    },
    begin: (...call: unknown[]) => {
      pending++;
      running.tell(JSON.stringify(call));
    },
    /** How its call ended, whatever it says before. */
    async outcome(): Promise<Ended> {
      for (;;) {
        const line = await running.line();
        if (!line.startsWith('{')) continue;
        pending--;
        return JSON.parse(line);
      }
    },
    async call(...call: unknown[]): Promise<Ended> {
      this.begin(...call);
      return this.outcome();
    },
    async says(line: string): Promise<void> {
      while ((await running.line()) !== line);
    },
  };
  await agent.call('begin', { file, url, before, after });
  return agent;
}
