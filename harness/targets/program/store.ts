import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { defined } from '../../core/defined.js';
import type { Store, TargetModule, TargetOptions } from '../../core/target.js';
import { homeDirectories } from '../../programs/environment.js';
import { parse } from '../../programs/formats/index.js';
import { commandMsDefault, invocation } from '../../programs/invocation.js';
import { idIn, keyIn, textOf } from '../../programs/names.js';
import { outcomeOfAnswer, outcomeOfExit, outcomeOfStatus } from '../../programs/outcome.js';
import { hasLineOfEntry, seedText } from '../../programs/seed-text.js';
import type { Answer, Asked, Call, Program } from '../../programs/specification.js';
import { fill, type Words } from '../../programs/template.js';
import { Identified, identify } from '../../workload/values.js';
import { type CommandEnd, runCommand, slowed } from './command.js';
import { Conversation } from './conversation.js';
import { filledRequest, startServer } from './server.js';

/**
 * An executable, or a server, as a store: each call is a command of its own, a request, or a line to a program that runs on, and what
 * no command prints is read from the file by its format. Values are the ids of the operations that write them, as text.
 */
export function programModule(program: Program): TargetModule {
  return {
    open: (file, options) => openProgram(program, file, options),
    ...(program.isRead ? { read: (bytes) => entriesIn(Buffer.from(bytes).toString(), program) } : {}),
    async begin(file, entries, options = {}) {
      const run = new Runner(program, file, options);
      await run.prepare(entries);
      // A server that has nothing to store need not be started.
      if (hasLineOfEntry(program.seed) || Object.keys(entries).length === 0) return;
      const store = await openProgram(program, file, options);
      try {
        for (const [key, value] of Object.entries(entries)) await store.set(key, value);
      } finally {
        await store.close?.();
      }
    },
  };
}

async function openProgram(program: Program, file: string, options: TargetOptions = {}): Promise<Store> {
  const own =
    program.serve && options.server === undefined
      ? await startServer(program, new Runner(program, file, options).words())
      : undefined;
  const run = new Runner(program, file, own ? { ...options, server: own.url } : options);
  const all = () => run.all();
  return {
    all,
    get: async (key) => (program.get ? run.get(key, program.get) : (await all())[key]),
    set: (key, value) => run.change(program.set, 'set', key, textOf(identify(value))),
    remove: (key) => run.change(program.remove, 'remove', key),
    ...(own ? { close: () => own.close() } : program.lines ? { close: () => run.close() } : {}),
  };
}

/** One program, its file and its home. */
class Runner {
  private readonly home: string;
  private readonly timeoutMs: number;
  /** With a program that runs on. */
  private conversation: Conversation | undefined;

  constructor(
    private readonly program: Program,
    private readonly file: string,
    private readonly options: TargetOptions,
  ) {
    this.home = String(options.home ?? path.dirname(file));
    this.timeoutMs = program.timeoutMs ?? commandMsDefault;
  }

  words(key?: string, value?: string): Words {
    return {
      file: this.file,
      home: this.home,
      dir: this.program.directory,
      ...defined({ key, value }),
    };
  }

  /** Makes the home, runs what is to be run once in it, and puts the file there that the user gives. */
  async prepare(entries: Record<string, unknown>): Promise<void> {
    for (const place of Object.values(homeDirectories))
      mkdirSync(path.join(this.home, place), { recursive: true, mode: 0o700 });
    const { seed, prepare, name } = this.program;
    if (seed !== undefined) writeFileSync(this.file, this.seeded(seed, entries), { mode: 0o600 });
    for (const call of prepare) {
      const end = await this.run(call, this.words());
      if (end.code !== 0) throw new Error(`--prepare of "${name}" ${howItEnded(end)}`);
    }
  }

  async change(call: Call | undefined, what: 'set' | 'remove', key: string, value?: string): Promise<void> {
    const { name, stdin } = this.program;
    if (!call) throw Object.assign(new Error(`"${name}" has no command to ${what}`), { definite: true });
    const words = this.words(key, value);
    if (call.how === 'request') return this.ask(call, words);
    if (call.how === 'line') return this.tell({ action: what, ...defined({ key, value }) });
    const input = stdin === undefined || what !== 'set' ? '' : fill(stdin, words);
    const end = await this.run(call, words, input, this.program.slowMs);
    const outcome = outcomeOfExit(end, this.program);
    if (outcome !== 'ok')
      throw Object.assign(new Error(`${name} ${howItEnded(end)}`), { definite: outcome === 'fail' });
  }

  async all(): Promise<Record<string, Identified>> {
    const { list, name } = this.program;
    if (!list) {
      const text = this.readFile();
      // No file yet: no entries. An empty one is another matter in a format that has no empty documents.
      return text === undefined ? {} : entriesIn(text, this.program);
    }
    if (list.how === 'line') {
      const { entries, error } = await this.line({ action: 'all' });
      if (entries === undefined)
        throw new Error(`${name} gave no "entries": ${error ?? 'it did not say why'}`);
      return entriesOf(Object.entries(entries));
    }
    const end = await this.run(list, this.words());
    if (end.code !== 0) throw new Error(`--command-list of "${name}" ${howItEnded(end)}`);
    return end.output.trim() === '' ? {} : entriesIn(end.output, this.program);
  }

  /** That a key is absent most programs say by exit code 1 and no word. */
  async get(key: string, call: Call): Promise<Identified | undefined> {
    const end = await this.run(call, this.words(key));
    if (end.code === 1 && end.output.trim() === '' && end.errors.trim() === '') return undefined;
    if (end.code !== 0) throw new Error(`--command-get of "${this.program.name}" ${howItEnded(end)}`);
    return end.output.trim() === '' ? undefined : new Identified(idIn(end.output));
  }

  private run(call: Call, words: Words, input = '', slowMs?: number): Promise<CommandEnd> {
    const { argv, env } = invocation(this.program, call, words);
    const all = { argv: slowed(argv, this.file, slowMs), env };
    return runCommand(all, { home: this.home, input, timeoutMs: this.timeoutMs });
  }

  async close(): Promise<void> {
    await this.conversation?.close();
  }

  private async tell(question: Asked): Promise<void> {
    const answer = await this.line(question);
    const outcome = outcomeOfAnswer(answer, this.program);
    if (outcome === 'ok') return;
    const why = answer.error ?? 'it did not say why';
    throw Object.assign(new Error(`${this.program.name} could not: ${why}`), {
      definite: outcome === 'fail',
    });
  }

  private line(question: Asked): Promise<Answer> {
    this.conversation ??= this.begun();
    return this.conversation.ask(question);
  }

  private begun(): Conversation {
    const { lines, name, slowMs } = this.program;
    if (!lines) throw new TypeError(`${name} is not asked by lines`);
    const { argv, env } = invocation(this.program, lines, this.words());
    const { home, timeoutMs } = this;
    return new Conversation({ argv: slowed(argv, this.file, slowMs), env, home, timeoutMs });
  }

  private async ask(call: Extract<Call, { how: 'request' }>, words: Words): Promise<void> {
    const { method, path: place, body } = filledRequest(call, words);
    const response = await fetch(new URL(place, String(this.options.server)), {
      method,
      signal: AbortSignal.timeout(this.timeoutMs),
      ...(body === '' ? {} : { body, headers: { 'content-type': 'application/json' } }),
    });
    const answer = await response.text();
    const outcome = outcomeOfStatus(response.status, answer, this.program);
    if (outcome === 'ok') return;
    const message = `${method} ${place} answered ${response.status}: ${answer.slice(0, 120)}`;
    throw Object.assign(new Error(message), { definite: outcome === 'fail' });
  }

  private readFile(): string | undefined {
    try {
      return readFileSync(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private seeded(text: string, entries: Record<string, unknown>): string {
    const texts = Object.entries(entries).map(([key, value]) => [key, textOf(identify(value))] as const);
    return seedText(text, this.words(), texts);
  }
}

/** The entries that the harness has brought in; others that the program keeps there are none of its business. */
function entriesIn(text: string, { format }: Program): Record<string, Identified> {
  return entriesOf(parse(text, format, keyIn));
}

function entriesOf(found: Iterable<[string, unknown]>): Record<string, Identified> {
  return Object.fromEntries(
    [...found].flatMap(([name, value]) => {
      const key = keyIn(name);
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return key === undefined ? [] : [[key, new Identified(idIn(text))]];
    }),
  );
}

function howItEnded({ code, signal, errors, isLate }: CommandEnd): string {
  const said = errors.trim().split('\n').filter(Boolean).slice(-1)[0]?.slice(0, 160);
  const how = isLate ? 'did not end in time and was killed' : `ended with ${signal ?? `exit code ${code}`}`;
  return said === undefined ? how : `${how}: ${said}`;
}
