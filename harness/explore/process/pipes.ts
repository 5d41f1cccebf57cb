import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Two pipes to a child process, of which our ends can be read and written in a way that blocks. */
export interface Pipes {
  /** What the child reads from and writes to; to be closed as soon as it has them. */
  theirs: readonly [down: number, up: number];
  down: number;
  up: number;
}

type Pair = readonly [down: string, up: string];

/** To start the program that makes a named pipe takes longer than to make many: some are made at once, and wait to be opened. */
const pairsAtOnce = 8;

/** The pipes of all children of a pool, each of which is opened once, and has no name afterwards. */
export class PipeStock {
  private made = 0;
  private readonly pairs: Pair[] = [];

  /** @param directory of its own, in one that its owner removes */
  constructor(private readonly directory: string) {}

  open(): Pipes {
    if (this.pairs.length === 0) this.make();
    const [down, up] = this.pairs.pop() as Pair;
    // Opening one end waits for the other: a third descriptor that is both lets us open each alone. As each side then holds
    // one end only, it finds out when the other is gone.
    const both = [openSync(down, 'r+'), openSync(up, 'r+')];
    const theirs = [openSync(down, 'r'), openSync(up, 'w')] as const;
    const pipes = { theirs, down: openSync(down, 'w'), up: openSync(up, 'r') };
    for (const descriptor of both) closeSync(descriptor);
    rmSync(down);
    rmSync(up);
    return pipes;
  }

  private make(): void {
    mkdirSync(this.directory, { recursive: true });
    for (let count = 0; count < pairsAtOnce; count++) {
      const number = this.made++;
      this.pairs.push([
        path.join(this.directory, `down-${number}`),
        path.join(this.directory, `up-${number}`),
      ]);
    }
    execFileSync('mkfifo', this.pairs.flat());
  }
}
