import { type BigIntStats, closeSync, fstatSync, statSync } from 'node:fs';
import { errnoOf, StoreError } from '../errors/store-error.js';
import { decodeValue, parseDocument } from '../store/document/document.js';
import { Locator } from '../surroundings/locator.js';
import { readAll, tickMs } from '../surroundings/reading.js';
import { type OpenedFile, openRegular } from '../surroundings/regular-file.js';
import { decodeEntry, type TokenEntry } from './entry.js';
import type { TokenSource } from './token-source.js';

const readsMax = 20;
/** Some 10,000 tokens. To read a file without end at each request would stop the server. */
const bytesMax = 4 * 1024 * 1024;
const noTokens: ReadonlyMap<string, TokenEntry> = new Map();

interface FileVersion {
  stats: BigIntStats;
  /** Kept open, so that the system can't give the file's number to the next one. */
  descriptor: number;
  bytes: Buffer;
  /** On the monotonic clock. Undefined once it was seen unchanged a tick later. */
  since: number | undefined;
  content: TokenContent;
}

/** The entries of a version, or the reason why it is refused as a whole. */
type TokenContent = { entries: ReadonlyMap<string, TokenEntry> } | { failure: StoreError };

/**
 * The token file as a verifier sees it: as it is at the moment of each call, for the price of one `stat`. It writes nothing
 * and repairs nothing. It remembers a refusal, too.
 *
 * The owner of the file, and any user who may write to its directory, decides who is let in: that must be us, or root.
 *
 * Why a `stat` is enough: a commit puts a *new* file in place, and while the old one is open the system can't give its
 * number to the new one. So the same device and number mean the same file, whatever the clocks are worth. Closed, and
 * this falls (measured on ext4: of 20,000 versions of one size, 9,741 had the time of the one before):
 *
 *     V reads file 7, closes it | D deletes a token: new file 8, 7 is free | D deletes another: new file 7, same size,
 *     same tick | V: file 7, nothing has changed
 *
 * Only a program that writes in place, like an editor, keeps the number. Size and times show that, and within a tick of the
 * file system's clock reading again does.
 */
export class TokenFile implements TokenSource {
  readonly #file: string;
  readonly #locator: Locator;
  #version: FileVersion | undefined;
  #entries = noTokens;

  constructor(file: string, allowUnsafe = false) {
    this.#locator = new Locator(file, allowUnsafe);
    this.#file = this.#locator.file;
  }

  /** @throws StoreError if the file can't be read */
  look(): object {
    let content: TokenContent;
    try {
      content = this.#content();
    } catch (error) {
      // What was known before is not believed any more.
      this.close();
      throw error instanceof StoreError ? error : unreadable(this.#file, error);
    }
    if ('failure' in content) throw content.failure;
    this.#entries = content.entries;
    return content.entries;
  }

  find(id: string): TokenEntry | undefined {
    return this.#entries.get(id);
  }

  close(): void {
    if (this.#version) closeSync(this.#version.descriptor);
    this.#version = undefined;
  }

  #content(): TokenContent {
    const stats = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
    const version = this.#version;
    const isThere = stats !== undefined && version !== undefined && isSame(version.stats, stats);
    if (isThere && (version.since === undefined || isSettled(version))) return version.content;
    const opened = stats && open(this.#locator);
    if (!opened) {
      this.close();
      return { entries: noTokens };
    }
    try {
      const newer = read(this.#file, opened.descriptor, version);
      // Only now that the new one is open: it must not get the number of the old one.
      this.close();
      this.#version = newer;
      return newer.content;
    } catch (error) {
      closeSync(opened.descriptor);
      throw error;
    }
  }
}

/** Undefined where there is none. */
function open(locator: Locator): OpenedFile | undefined {
  const location = locator.find();
  if (!location) return undefined;
  try {
    return openRegular(location, location.name);
  } finally {
    location.directory.close();
  }
}

/** From one descriptor: one file, even if another is put in its place meanwhile. */
function read(file: string, descriptor: number, before: FileVersion | undefined): FileVersion {
  for (let reads = 0; reads < readsMax; reads++) {
    const stats = fstatSync(descriptor, { bigint: true });
    const refusal = openToAll(file, stats) ?? tooLarge(file, stats);
    // `stat` alone shows it, so it can't change without a trace.
    if (refusal)
      return { stats, descriptor, bytes: nothing, since: undefined, content: { failure: refusal } };
    const since = performance.now();
    const bytes = readAll(descriptor, Number(stats.size));
    // Another program is writing in place.
    if (!isSame(stats, fstatSync(descriptor, { bigint: true }))) continue;
    const content = before?.bytes.equals(bytes) && !isRefused(before) ? before.content : parse(file, bytes);
    return { stats, descriptor, bytes, since, content };
  }
  throw corrupt(file, 'it changes while it is read');
}

const nothing = /* @__PURE__ */ Buffer.alloc(0);

/** Without a look at its bytes. */
function isRefused({ since, content }: FileVersion): boolean {
  return 'failure' in content && since === undefined;
}

/** A version that was first seen within a tick of its last change may have changed since without a trace. */
function isSettled(version: FileVersion): boolean {
  const isOld = version.since !== undefined && performance.now() - version.since >= tickMs;
  if (!readAll(version.descriptor, version.bytes.length).equals(version.bytes)) return false;
  if (isOld) version.since = undefined;
  return true;
}

function parse(file: string, bytes: Buffer): TokenContent {
  const document = parseDocument(bytes);
  if (!document) {
    return { failure: corrupt(file, bytes.length === 0 ? 'it is empty' : 'it is not one JSON object') };
  }
  const entries = new Map<string, TokenEntry>();
  for (const [id, raw] of document) {
    const entry = decodeEntry(id, decodeValue(raw));
    if (entry) entries.set(id, entry);
  }
  return { entries };
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return (
    a.ino === b.ino &&
    a.dev === b.dev &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}

/** A user who may write the file may let anyone in. Windows has no such mode. */
function openToAll(file: string, { mode }: BigIntStats): StoreError | undefined {
  if (process.platform === 'win32' || (mode & 0o022n) === 0n) return undefined;
  return new StoreError('E_UNSAFE', `other users may write the token file ${file}`, {
    definite: true,
    file,
    hint: 'Every token is refused. See what it holds, then chmod 600 it',
  });
}

function tooLarge(file: string, { size }: BigIntStats): StoreError | undefined {
  if (size <= bytesMax) return undefined;
  return new StoreError(
    'E_IO',
    `the token file ${file} has ${size} bytes, and at most ${bytesMax} are read`,
    {
      definite: true,
      file,
      hint: 'Every token is refused. See what it holds, and delete expired tokens',
    },
  );
}

function unreadable(file: string, cause: unknown): StoreError {
  return new StoreError('E_IO', `could not read the token file ${file}: ${errnoOf(cause) ?? String(cause)}`, {
    definite: true,
    file,
    cause,
    hint: 'Every token is refused until it can be read',
  });
}

function corrupt(file: string, reason: string): StoreError {
  return new StoreError('E_CORRUPT', `the token file ${file} can't be used: ${reason}`, {
    definite: true,
    file,
    hint: 'Every token is refused. `holdfast auth token list` repairs it where that is safe, and says so where not',
  });
}
