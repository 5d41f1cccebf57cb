import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { outcomeOfError } from '../core/outcome.js';
import type { Store, TargetModule } from '../core/target.js';
import { probeKeys } from '../line/probe-places.js';
import { seedValue } from '../line/seeds.js';
import { runClient, type Worker } from '../line/worker.js';
import { keyIn, textOf } from '../programs/names.js';
import type { Program } from '../programs/specification.js';
import { asksFor } from '../programs/template.js';
import { loadTarget } from '../targets/index.js';
import { versionOf } from '../targets/program/version.js';
import { credential, identify } from '../workload/values.js';

/** An agent needs ten seconds to start here, and no command forty. */
const aloneMsMax = 30_000;

class Probe {
  /** How long each change took. */
  readonly changesMs: number[] = [];
  /** How long a server took to start; of commands there is nothing to open. */
  openMs = 0;

  constructor(
    private readonly worker: Worker,
    private readonly program: Program,
    private readonly target: TargetModule,
  ) {}

  async run(): Promise<void> {
    const { worker, program } = this;
    const [first, second] = probeKeys;
    let last = 'seed.0';
    const seeds = program.set ? [] : [first, second];
    const entries = Object.fromEntries(seeds.map((key, n) => [key, seedValue(`seed.${n}`)]));
    worker.send({ type: 'asks', call: 'prepare' });
    await this.target.begin?.(worker.config.file, entries, worker.options);
    const begun = performance.now();
    const store = await this.target.open(worker.config.file, worker.options);
    this.openMs = performance.now() - begun;
    try {
      if (seeds.length > 0) await this.expect(store, first, 'seed.0', 'given a file');
      if (program.set) {
        await this.change('set', () => store.set(first, credential('probe-1.0.0')));
        await this.expect(store, first, 'probe-1.0.0', 'acknowledged (exit 0)');
        await this.change('set', () => store.set(second, credential('probe-1.0.1')));
        const isReplaced = await this.change('set', () => store.set(first, credential('probe-1.0.2')));
        last = isReplaced ? 'probe-1.0.2' : 'probe-1.0.0';
        await this.expect(store, first, last, 'told to replace a value (exit 0)');
      }
      if (!program.remove) return;
      await this.change('remove', () => store.remove(second));
      const left = (await store.all())[second];
      if (left !== undefined)
        throw new Error(
          `"${program.name}" has acknowledged to remove "${second}", and it is still in ${this.place()}; is it the right --command-remove?`,
        );
      await this.expect(store, first, last, 'asked to remove another entry');
    } finally {
      await store.close?.();
    }
  }

  /**
   * @returns false where it was refused, as the user said that it might be
   * @throws Error in the words of the command line, where the program refuses alone, or takes too long
   */
  private async change(what: 'set' | 'remove', change: () => Promise<unknown>): Promise<boolean> {
    const { name, timeoutMs } = this.program;
    const begun = performance.now();
    const failure = await change().then(
      () => undefined,
      (error: unknown) => error,
    );
    const tookMs = performance.now() - begun;
    const limitMs = timeoutMs ?? aloneMsMax;
    this.changesMs.push(tookMs);
    if (tookMs > limitMs) {
      const twice = Math.ceil((2 * tookMs) / 30_000) * 30;
      throw new Error(
        `"${name}" took ${Math.round(tookMs / 1000)} s alone; ${limitMs / 1000} s are the limit: --timeout ${twice}s`,
      );
    }
    if (failure === undefined) return true;
    // By the user's own word: some programs refuse to set what is there.
    if (outcomeOfError('set', failure) === 'fail' && this.changesMs.length > 2) return false;
    const why = failure instanceof Error ? failure.message : String(failure);
    throw new Error(`"${name}" could not ${what} even alone: ${why}`);
  }

  private async expect(store: Store, key: string, id: string, how: string): Promise<void> {
    const value = await this.look(store, key, how);
    if (value !== undefined && identify(value) === id) return;
    const what =
      value === undefined
        ? `"${key}" is not in ${this.place()}${this.asRead()}`
        : `what ${this.place()} holds at "${key}"${this.asRead(',')}, is ${describeValue(identify(value))}`;
    throw new Error(`"${this.program.name}" was ${how}, and ${what}; ${this.fileInWords(key)}`);
  }

  private async look(store: Store, key: string, how: string): Promise<unknown> {
    try {
      return (await store.all())[key];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const { name, format, lines } = this.program;
      const as = lines ? '' : ` as ${format}`;
      throw new Error(`"${name}" was ${how}, and ${this.place()} can't be read${as}: ${why}`);
    }
  }

  private asRead(before = ''): string {
    return this.program.lines ? '' : `${before} as --format reads it`;
  }

  private place(): string {
    const { lines, list, file } = this.program;
    if (lines) return 'what it answers';
    return list ? 'what --command-list prints' : path.join('~', file);
  }

  /** Never what the file holds, but for a line of ours. */
  private fileInWords(key: string): string {
    const { file } = this.worker.config;
    if (!existsSync(file)) return 'there is no such file: give --file, relative to its home';
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    const ours = lines.find((line) => keyIn(line) === key);
    const example = ours === undefined ? '' : `, e.g. "${withoutValue(ours).trim().slice(0, 100)}"`;
    const serves = this.program.serve && !asksFor(JSON.stringify(this.program.serve.call), 'file');
    return `the file: ${lines.length} lines${example}${ours === undefined && serves ? '; does the server keep them elsewhere?' : ''}`;
  }
}

function describeValue(id: string): string {
  return id.startsWith('!') ? id.slice(1) : `the value of ${id}`;
}

/** A made-up value is no secret; but the line may hold what the program has put there. */
function withoutValue(line: string): string {
  const at = line.search(new RegExp(`${textOf('')}|[\\w-]+(?:\\.\\d+)+-end`));
  return at < 0 ? line.replace(/([=:]\s*).*/, '$1...') : `${line.slice(0, at)}...`;
}

/**
 * Tries a program alone, once, before a run is built on it: a change that it acknowledges must show where the user says, or no
 * loss could ever be told from a mistake in the specification.
 */
await runClient('file', async (worker) => {
  await worker.ready();
  const { program } = worker.config.target;
  if (!program) throw new Error('there is no program to probe');
  const target = await loadTarget(worker.config.target);
  const version = await versionOf(program, worker.config.home ?? '');
  const probe = new Probe(worker, program, target);
  await probe.run();
  const { changesMs, openMs } = probe;
  const told = version === undefined ? { changesMs } : { version, changesMs };
  const reads = target.read ? ({ reads: true } as const) : {};
  worker.send({ type: 'passed', sighted: { commits: 0, openMs, ...reads, program: told } });
});
