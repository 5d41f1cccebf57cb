import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Finding, FindingLine } from '../core/verdict.js';
import type { OnRun } from './judge-history.js';

const chunk = 1 << 16;

/** Writes findings line by line: there may be a million of them, and none is held for longer than it takes to fill a buffer. */
export class FindingsFile {
  private readonly descriptor: number;
  private buffer = '';
  /** How many were written. */
  count = 0;

  private constructor(
    private readonly temporary: string,
    private readonly file: string,
    flags: 'a' | 'w',
  ) {
    this.descriptor = openSync(temporary, flags);
  }

  /** To the end of a file that grows run by run. */
  static append(file: string): FindingsFile {
    return new FindingsFile(file, file, 'a');
  }

  /** What a judge finds, in the place of what is there, once the judge is done. */
  static async into<T>(file: string, judging: (onRun: OnRun) => Promise<T>): Promise<T> {
    const findings = new FindingsFile(`${file}.${process.pid}.tmp`, file, 'w');
    try {
      const judged = await judging(({ number, findings: found }) => findings.add(number, found));
      findings.close();
      return judged;
    } catch (error) {
      findings.abandon();
      throw error;
    }
  }

  /** @param run the number of the run in the history that they are of */
  add(run: number, findings: Iterable<Finding>): void {
    for (const finding of findings) {
      const line: FindingLine = { run, ...finding, mechanism: finding.mechanism ?? 'unknown' };
      this.buffer += `${JSON.stringify(line)}\n`;
      this.count++;
      if (this.buffer.length >= chunk) this.flush();
    }
    // The page of a run that goes on reads them.
    this.flush();
  }

  /** Afterwards all of them are in the file. */
  close(): void {
    this.flush();
    closeSync(this.descriptor);
    if (this.temporary !== this.file) renameSync(this.temporary, this.file);
  }

  private abandon(): void {
    closeSync(this.descriptor);
    if (this.temporary !== this.file) rmSync(this.temporary, { force: true });
  }

  private flush(): void {
    const bytes = Buffer.from(this.buffer);
    this.buffer = '';
    for (let written = 0; written < bytes.length; )
      written += writeSync(this.descriptor, bytes, written, bytes.length - written);
  }
}
