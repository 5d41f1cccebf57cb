/** What an isolation has done, for one line at its end. */
export class IsolationTally {
  writes = 0;
  /** Refused, or left by a process that was killed: what was written could not be read. */
  unreadable = 0;
  failures: string[] = [];
  /** Programs that can't be looked into, so that their calls passed by. */
  readonly passedBy = new Set<string>();
  /** The file was too large to be isolated, or was exchanged with another one. */
  readonly others = new Set<string>();

  /** Failed, and no program was told: it had ended by then, or has closed in a way that can't fail. */
  untold = 0;

  failed(reason: string, isTold: boolean): void {
    if (!isTold) this.untold++;
    this.failures.push(reason);
  }

  count(word: string, of: string): void {
    if (word === 'unreadable') this.passedBy.add(of);
    else if (word === 'refused' || word === 'empty') this.unreadable++;
    else if (word === 'unsaved') this.failed(of, false);
    else this.others.add(word);
  }
}
