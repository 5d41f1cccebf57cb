import { type BigIntStats, statSync } from 'node:fs';

type Credentials = Record<string, unknown>;

interface Cached {
  entries: Credentials;
  fingerprint: string;
  /** When this fingerprint was first read, in milliseconds of the monotonic clock. */
  since: number;
  settled: boolean;
}

/**
 * The agent's server keeps what it read for each project directory and forgets to ask whether the file has
 * changed (anomalyco/opencode #50647). This one asks at each request.
 */
export class DirectoryCache {
  private readonly cached = new Map<string, Cached>();

  constructor(
    private readonly file: string,
    private readonly load: () => Promise<Credentials>,
  ) {}

  async get(directory: string): Promise<Credentials> {
    const fingerprint = fingerprintOf(this.file);
    const known = this.cached.get(directory);
    const unchanged = known?.fingerprint === fingerprint;
    if (known && unchanged && known.settled) return known.entries;

    // Two changes within one tick of the file system's clock look the same, so a fingerprint that was new when it was
    // read is trusted only after a second read, begun well past that tick ("racily clean", as git's index has it).
    const now = performance.now();
    const entries = await this.load();
    const since = known && unchanged ? known.since : now;
    this.cached.set(directory, { entries, fingerprint, since, settled: now - since > 50 });
    return entries;
  }
}

function fingerprintOf(file: string): string {
  const stats: BigIntStats | undefined = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}` : 'missing';
}
