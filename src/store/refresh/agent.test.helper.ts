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

/**
 * A process of the built store that refreshes, or does what else it is told to, a line a call. A credential that has the token
 * `stale` is to be refreshed.
 */
export async function newAgent(file: string, url: string, options: AgentOptions = {}) {
  const { wrapper = [], setup = '', before = '', after = '' } = options;
  const source = `
    import fs from 'node:fs';
    import { createInterface } from 'node:readline';
    import { inspect } from 'node:util';
    const { interceptFs } = await import(${JSON.stringify(built('intercept.test.helper'))});
    const state = {};
    ${setup}
    const { openStore } = await import(${JSON.stringify(library)});
    const file = ${JSON.stringify(file)};
    let store = openStore(file, { deadlineMs: 60_000 });
    const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const told = async () => (await lines.next()).value;
    const say = (of) => fs.writeSync(1, JSON.stringify(of) + '\\n');
    const ask = async (old) => {
      ${before}
      const body = new URLSearchParams({ refresh_token: old.refresh });
      const response = await fetch(${JSON.stringify(url)}, { method: 'POST', body });
      const answer = await response.json();
      ${after}
      if (!response.ok) throw new Error(answer.error);
      return answer;
    };
    const calls = {
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
  const pid = Number(await running.line());
  return {
    ...running,
    pid,
    begin: (...call: unknown[]) => running.tell(JSON.stringify(call)),
    /** How its call ended, whatever it says before. */
    async outcome(): Promise<Ended> {
      for (;;) {
        const line = await running.line();
        if (line.startsWith('{')) return JSON.parse(line);
      }
    },
    async call(...call: unknown[]): Promise<Ended> {
      running.tell(JSON.stringify(call));
      return this.outcome();
    },
    async says(line: string): Promise<void> {
      while ((await running.line()) !== line);
    },
  };
}
