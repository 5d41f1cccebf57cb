import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import { errnoOf, StoreError } from '../errors/store-error.js';
import type { StoreEvent } from '../store/backend/backend.js';
import { type Document, decodeValue } from '../store/document/document.js';
import { type DocumentFormat, jsonFormat } from '../store/document/format.js';
import { IsolatedFile } from '../store/file/foreign/isolated-file.js';
import { chooseBase, type KnownState } from './base.js';
import { editsBetween } from './edits.js';
import { showsItsEnd } from './formats.js';
import { answerOf, type Frame, FrameReader } from './frames.js';
import { parsedOnce } from './parsed.js';
import { IsolationTally } from './tally.js';

/** The helper's word for what is no document: it may not be all yet. */
const notWhole = constants.errno.EBADMSG;
/** What it has started may end a moment later. */
const backgroundMs = 300;
const nothing: Document = new Map();

/** How a file is isolated. */
export interface IsolationOptions {
  /** See `StoreOptions`. */
  allowUnsafe?: boolean;
  /** Of the file, if it is not JSON. */
  format?: DocumentFormat | undefined;
  isOpaque?: (value: unknown) => boolean;
  onStoreEvent?: (event: StoreEvent) => void;
  /** The command has ended, and what it has started goes on. */
  onBackground?: () => void;
}

/** How a command has ended. `refused`: it was never run, and why. */
export type CommandEnd =
  | { kind: 'exit'; code: number }
  | { kind: 'signal'; signal: number }
  | { kind: 'refused'; errno: number }
  /** The helper has ended without a word of the command. Its own exit code says nothing of it. */
  | { kind: 'lost' }
  /** The helper has died, so the command went on without it. */
  | { kind: 'unprotected'; child: ChildProcess };

/**
 * A command that can't lose another program's entries, nor bring any back. What it reads is a snapshot, what it writes goes into
 * a private file, and its close is answered when what it has changed is part of the real one.
 */
export class Isolation {
  readonly tally = new IsolationTally();
  readonly #file: string;
  readonly #helper: string;
  readonly #options: IsolationOptions;
  readonly #format: DocumentFormat;
  readonly #isOpaque: (raw: string) => boolean;
  readonly #isolated: IsolatedFile;
  readonly #frames = new FrameReader();
  /** Parsed when it is first asked for. */
  readonly #texts = new Map<number, { bytes: Buffer; document?: Document | undefined; isParsed: boolean }>();
  #link: Duplex | undefined;
  #end: CommandEnd | undefined;
  #isStarted = false;
  #background: NodeJS.Timeout | undefined;

  /** @throws StoreError `E_UNSAFE` where another user could replace the file */
  constructor(file: string, helper: string, options: IsolationOptions = {}) {
    const { allowUnsafe = false, isOpaque, onStoreEvent } = options;
    const format = parsedOnce(options.format ?? jsonFormat);
    this.#format = format;
    this.#file = file;
    this.#helper = helper;
    this.#options = options;
    this.#isOpaque = (raw) => isOpaque?.(decodeValue(raw)) ?? false;
    this.#isolated = new IsolatedFile(file, {
      allowUnsafe,
      format,
      ...(isOpaque && { isOpaque }),
      ...(onStoreEvent && { onEvent: onStoreEvent }),
    });
  }

  /** Looks at the file. @throws StoreError where the store can't use it */
  async begin(): Promise<void> {
    await this.#isolated.begin();
  }

  /**
   * Starts the command.
   * @returns `child`: the helper, to which signals for the command are sent. `ended` resolves when the command and all that it
   * has started have ended, and what they wrote is in the file
   */
  start(
    command: readonly string[],
    env: NodeJS.ProcessEnv,
  ): { child: ChildProcess; ended: Promise<CommandEnd> } {
    const child = spawn(
      this.#helper,
      [...(showsItsEnd(this.#format) ? [] : ['--to-its-end']), this.#file, '--', ...command],
      {
        stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
        env,
      },
    );
    const link = child.stdio[3] as Duplex;
    this.#link = link;
    link.on('data', (data: Buffer) => this.#receive(data));
    // The helper is gone: its end says so.
    link.on('error', () => {});
    return { child, ended: this.#ended(child, link) };
  }

  async #ended(child: ChildProcess, link: Duplex): Promise<CommandEnd> {
    const exited = once(child, 'exit');
    if (!link.closed) await once(link, 'close');
    clearTimeout(this.#background);
    const isThere = child.exitCode === null && child.signalCode === null;
    if (!this.#end && isThere && this.#isStarted) return { kind: 'unprotected', child };
    await exited;
    return this.#end ?? { kind: 'lost' };
  }

  async close(): Promise<void> {
    await this.#isolated.close();
    this.#texts.clear();
  }

  #receive(data: Buffer): void {
    try {
      for (const frame of this.#frames.push(data)) this.#takeFrame(frame);
    } catch (error) {
      // Half of a frame of a helper that was killed. What it waits for fails then.
      if (!(error instanceof RangeError)) throw error;
      this.#link?.destroy();
    }
  }

  #takeFrame(frame: Frame): void {
    switch (frame.type) {
      case 'text':
        this.#texts.set(frame.id, { bytes: frame.bytes, isParsed: false });
        return;
      case 'drop':
        this.#texts.delete(frame.id);
        return;
      case 'commit':
        void this.#commit(frame);
        return;
      case 'note':
        this.tally.count(frame.word, frame.of);
        return;
      case 'started':
        this.#isStarted = true;
        return;
      case 'refused':
        this.#end = { kind: 'refused', errno: frame.errno };
        return;
      case 'ended':
        this.#end ??=
          frame.signal === 0 ? { kind: 'exit', code: frame.code } : { kind: 'signal', signal: frame.signal };
        // Where nothing goes on, only the helper has not ended yet, which takes long on a busy machine.
        if (frame.goesOn) this.#background = setTimeout(() => this.#options.onBackground?.(), backgroundMs);
        return;
    }
  }

  async #commit({ number, written, isLate, bases }: Extract<Frame, { type: 'commit' }>): Promise<void> {
    const document = this.#documentOf(written);
    if (!document) {
      this.#answer(number, notWhole, undefined);
      return;
    }
    const known = bases.map(({ id, ...one }): KnownState => ({ id, document: this.#documentOf(id), ...one }));
    const base = chooseBase(known, document, this.#format.isSame);
    const edits = editsBetween(base.document, document, this.#isOpaque, this.#format.isSame);
    try {
      const removed = edits.filter(({ raw }) => raw === undefined);
      await this.#isolated.commit(edits, document, removed.length > 1 ? base.document : undefined);
      if (edits.length > 0) this.tally.writes++;
      this.#answer(number, 0, base.id);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.tally.failed(error.message, !isLate);
      this.#answer(number, errnoFor(error), undefined);
    }
  }

  /** Undefined for what is no document. In JSON, nothing at all is an empty one only to a reader: see `chooseBase`. */
  #documentOf(id: number): Document | undefined {
    const text = this.#texts.get(id);
    if (!text) return nothing;
    if (!text.isParsed) {
      text.document = this.#format.parse(text.bytes);
      text.isParsed = true;
    }
    return text.document;
  }

  #answer(number: number, errno: number, base: number | undefined): void {
    if (this.#link?.writable) this.#link.write(answerOf(number, errno, base));
  }
}

/** What the program's close fails with. */
function errnoFor(error: StoreError): number {
  const known: Record<string, number> = constants.errno;
  const name = errnoOf(error.cause) ?? '';
  return /^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EFBIG)$/.test(name)
    ? (known[name] ?? constants.errno.EIO)
    : constants.errno.EIO;
}
