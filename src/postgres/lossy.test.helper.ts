import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../store/backend/backend.js';
import { PostgresBackend } from './backend.js';
import { PostgresClaims } from './claims.js';
import { Unanswered } from './failures.js';
import { Line, type Told } from './line.js';
import { type PostgresOptions, settingsOf } from './options.js';
import { commit } from './schema.js';
import { Session } from './session.js';

/**
 * What becomes of a commit: it is answered; its answer is lost, and it is asked for again; it is held until it is released, and asked
 * for again meanwhile; or the caller's time is over, when it was done, or before it arrives.
 */
export type Fate =
  | 'pass'
  | 'lose'
  | 'done, and out of time'
  | Promise<void>
  | { outOfTimeUntil: Promise<void> };

/** A line on which each commit has the next fate, and `pass` when there are no more. */
class LossyLine extends Line {
  readonly fates: Fate[] = [];
  /** The commits that were held, when they have arrived after all. */
  readonly late: Promise<unknown>[] = [];
  /** Another connection: what is held must not be in the way. */
  readonly #other: Line;

  constructor(settings: ReturnType<typeof settingsOf>) {
    super(settings);
    this.#other = new Line(settings);
  }

  override async ask(...args: Parameters<Line['ask']>): Promise<Told> {
    const fate = args[0] === commit ? (this.fates.shift() ?? 'pass') : 'pass';
    if (fate === 'pass') return super.ask(...args);
    if (fate === 'done, and out of time') {
      await super.ask(...args);
      throw new Unanswered('no answer in time', true);
    }
    if (fate === 'lose') await super.ask(...args);
    else {
      const until = fate instanceof Promise ? fate : fate.outOfTimeUntil;
      const [text, parameters, deadline] = args;
      const arrives = () => this.#other.ask(text, parameters, Number.POSITIVE_INFINITY);
      this.late.push(until.then(arrives));
      if (!(fate instanceof Promise)) {
        await sleep(deadline - performance.now());
        throw new Unanswered('no answer in time', true);
      }
    }
    const { row } = await super.ask(...args);
    return { row, isLate: true };
  }

  override close(): void {
    super.close();
    this.#other.close();
  }
}

/** An engine on such a line. */
export function lossy(options: PostgresOptions): { engine: Engine; line: LossyLine } {
  const settings = settingsOf(options);
  const line = new LossyLine(settings);
  const engine = {
    place: settings.place,
    open: () => ({
      backend: new PostgresBackend(settings, line, new Session(line, settings.prefix, settings.place)),
      claims: new PostgresClaims(settings),
    }),
  };
  return { engine, line };
}
