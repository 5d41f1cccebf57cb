import type { HistoryEvent } from '../history/events.js';
import { Recorder } from './recorder.js';

/**
 * For a store that is reached by a network. What a process had sent may take effect long after it was killed, and after changes that
 * were asked for since. Checkers take what a killed process had begun for done by the next change, or never: on a file no
 * other process could do it later. So each such call is written down as one whose outcome is unknown.
 *
 *     A sends set a=1, and is killed | B sets b=2, acknowledged | C reads a: nothing | a=1 arrives | C reads a: 1
 */
export class LateRecorder extends Recorder {
  /** By operation, the process that has begun it. */
  private readonly underWay = new Map<string, number>();
  private readonly killed = new Set<number>();

  override record(event: HistoryEvent): void {
    super.record(event);
    if (event.type === 'invoke') this.underWay.set(event.op, event.process);
    else if (event.type === 'ok' || event.type === 'fail' || event.type === 'unknown')
      this.underWay.delete(event.op);
    else if (event.type === 'exit' && event.expected && event.signal !== null) this.killed.add(event.process);
  }

  /** Only now: the last word of a process may come after its end. */
  override async close(): Promise<void> {
    const error = 'its process was killed, and what it had sent may have arrived later';
    for (const [op, process] of [...this.underWay])
      if (this.killed.has(process)) this.record({ type: 'unknown', time: this.now(), op, error });
    await super.close();
  }
}
