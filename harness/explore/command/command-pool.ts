import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../src/cli/usage-error.js';
import type { ValueId } from '../../history/events.js';
import { readRaw } from '../../line/foreign-reader.js';
import { homeDirectories } from '../../programs/environment.js';
import { cutShows } from '../../programs/formats/index.js';
import { hasLineOfEntry, seedText } from '../../programs/seed-text.js';
import type { Program as Command } from '../../programs/specification.js';
import { identify } from '../../workload/values.js';
import { emptyCaches } from '../execution/caches.js';
import { type Executed, noFaults } from '../execution/executed.js';
import { Execution } from '../execution/execution.js';
import { Replay } from '../execution/follow-schedule.js';
import { fileGround, type Ground, ownIn, snapshot } from '../execution/ground.js';
import { GatedPool } from '../process/gated-pool.js';
import { type Heartbeat, noHeartbeat } from '../process/gated-process.js';
import type { BlockingProcess } from '../protocol/client-process.js';
import type { Operation } from '../protocol/protocol.js';
import { type Program, probeKey, seedKey } from '../schedule/program.js';
import { CommandProcess } from './command-process.js';
import { argumentsFor, type CommandScene, commandOf } from './command-scene.js';
import { readerFor, valueText } from './names.js';

/** A loop of a store makes the same calls; a program may well look at one file several times, and go on. */
const roundsOfProgram = 8;

/** A home, and a command for each operation of a client, for one execution after another. */
export class CommandPool extends GatedPool {
  private readonly scene: CommandScene;
  private named = new Set<string>();

  /** @param gate the helper in C */
  constructor(
    directory: string,
    private readonly program: Command,
    gate: string,
    heartbeat: Heartbeat = noHeartbeat,
  ) {
    super(directory, { module: '', label: program.name, options: {} }, true, heartbeat);
    this.world.makeRoot();
    this.scene = {
      program,
      gate,
      pipes: this.pipes,
      root: realpathSync(this.world.rootPath),
      files: new Map(),
      isStable: (place) => this.stable.has(place),
      onPath: (place) => void this.named.add(place),
    };
  }

  private stable = new Set<string>();

  protected override startProcess(index: number, _pid: number, directory: string): BlockingProcess {
    if (index === 0) this.scene.files.clear();
    mkdirSync(directory, { recursive: true });
    return new CommandProcess(this.scene, directory, this.heartbeat);
  }

  /**
   * Finds out what executions begin with: a home in which the program itself has stored what no client touches.
   * @throws UsageError where the program, alone, does not do what its specification says
   */
  prepare(clients: Program): Ground {
    const { program } = this;
    const keys = keysOf(clients);
    const removed = keysOnlyRemoved(clients);
    const seeds = [seedKey, ...removed].map((key, n) => ({ type: 'seed', key, value: `seed.${n}` }) as const);
    const ground: Ground = {
      ...fileGround(clients),
      evidence: { of: 'read', why: 'it is that of a program', format: program.format },
      file: program.file,
      program: {
        name: program.name,
        cutShows: cutShows(program.format),
        isPrivate: program.isPrivate,
        isStrict: program.isStrict,
      },
      roundsMin: roundsOfProgram,
      audit: program.set ? [{ action: 'set', key: 'audit' }] : [],
      read: readerFor(program.format, [seedKey, probeKey, 'audit', ...keys]),
      seeds,
      files: Object.fromEntries(this.directories().map((name) => [name, { mode: 0o700 }])),
    };
    this.world.restart(ground.files, 0);
    for (const call of program.prepare) this.runPlainly(call);
    ground.files = snapshot(this.scene.root, this.world.disk);
    if (program.seed !== undefined) this.writeSeeds(ground);
    if (!hasLineOfEntry(program.seed))
      for (const { key, value } of seeds) this.runAlone(ground, { action: 'seed', key, value });
    for (const { key, value } of seeds) this.expect(ground, key, value);
    const first = this.named;
    const { files } = ground;
    this.runAlone(ground, {
      action: program.set ? 'seed' : 'remove',
      key: program.set ? probeKey : (removed[0] ?? ''),
      value: 'seed.9',
    });
    if (program.set) this.expect(ground, probeKey, 'seed.9');
    else this.expect(ground, removed[0] ?? '', undefined);
    // Names of which there are others in each run are those of temporary files.
    this.stable = new Set([
      program.file,
      path.dirname(program.file),
      ...[...first].filter((name) => this.named.has(name)),
    ]);
    return { ...ground, files, own: ownIn(this.scene.root, this.world.disk, program.file) };
  }

  private directories(): string[] {
    const all = [...Object.values(homeDirectories), path.dirname(this.program.file)];
    return [...new Set(all.filter((name) => name !== '.'))];
  }

  /** One command, alone, under the helper. What it leaves is what the next one finds. */
  private runAlone(ground: Ground, operation: Operation): Executed {
    this.named = new Set();
    const { program } = this;
    const options = {
      program: { clients: [[operation]] },
      faults: noFaults,
      seed: 1,
      label: program.name,
      details: false,
      killsForReal: true,
      skipsKnownAudits: true,
    };
    const alone: Ground = { ...ground, seeds: [] };
    const directory = path.join(this.directory, `alone-${this.count++}`);
    const acquireProcess = () => this.startProcess(0, 0, directory);
    const strategy = new Replay([], true);
    try {
      const executed = this.drive(
        new Execution(options, this.world, acquireProcess, emptyCaches(), alone).run(strategy),
      );
      ground.files = snapshot(this.scene.root, this.world.disk);
      return executed;
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new UsageError(`"${program.name}" can't be explored: ${what}`);
    }
  }

  private count = 0;

  private runPlainly(call: Command['prepare'][number]): void {
    const words = argumentsFor(this.scene, seedKey, valueText('seed.0'));
    const { argv, env } = commandOf(this.program, call, words);
    const [command = '', ...args] = argv;
    const done = spawnSync(command, args, {
      cwd: this.scene.root,
      env,
      encoding: 'utf8',
      timeout: this.program.timeoutMs,
    });
    if (done.status !== 0)
      throw new UsageError(
        `--prepare failed (exit code ${done.status}): ${(done.stderr ?? done.error?.message ?? '').trim().slice(0, 400)}`,
      );
  }

  private writeSeeds(ground: Ground): void {
    const texts = ground.seeds.map(({ key, value }) => [key, valueText(value)] as const);
    const text = seedText(this.program.seed ?? '', argumentsFor(this.scene, '', ''), texts);
    writeFileSync(path.join(this.scene.root, this.program.file), text, { mode: 0o600 });
    ground.files = snapshot(this.scene.root, this.world.disk);
  }

  /** @throws UsageError where the file does not show what an acknowledged command has done */
  private expect({ read }: Ground, key: string, value: ValueId | undefined): void {
    const { name, file, format } = this.program;
    const place = path.join(this.scene.root, file);
    const found = readRaw(place, read);
    const shown = typeof found === 'string' ? undefined : found[key];
    if (value === undefined ? shown === undefined : shown !== undefined && identify(shown) === value) return;
    const what = value === undefined ? `"${key}" is still in` : `"${key}" is not in`;
    throw new UsageError(
      `"${name}" was acknowledged (exit code 0), and ${what} ~/${file} as ${format} reads it: ${typeof found === 'string' ? found : describe(place)}`,
      'give --file and --format for where the program keeps its entries, and how',
    );
  }
}

function describe(place: string): string {
  const lines = readFileSync(place, 'utf8').trimEnd().split('\n');
  return `it has ${lines.length} lines, e.g. ${JSON.stringify((lines.at(-1) ?? '').slice(0, 80))}`;
}

function keysOf({ clients }: Program): string[] {
  return [...new Set(clients.flat().flatMap(({ key }) => (key === undefined ? [] : [key])))];
}

/** What no client sets must be there before, or there is nothing to remove. */
function keysOnlyRemoved(program: Program): string[] {
  const set = program.clients.flat().flatMap(({ action, key }) => (action === 'set' ? [key] : []));
  const removed = program.clients
    .flat()
    .flatMap(({ action, key = '' }) => (action === 'remove' ? [key] : []));
  return [...new Set(removed)].filter((key) => !set.includes(key));
}
