import { existsSync, readFileSync } from 'node:fs';
import type { Profiler, Session } from 'node:inspector';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What a search spends its time on, each by the sources of it. What is called from one of these, and is none itself, is its own. */
const parts = {
  kernel: /explore\/sim\/(kernel\/|system|routed-system|node-|machine)/,
  'power losses': /explore\/(sim\/(power\/|sim-power)|execution\/losses)/,
  clients: /explore\/(sim|calls|client)\/|simulated\.cjs/,
  strategy: /explore\/search\/(?!search\.)/,
  causality:
    /explore\/(execution\/(causality|call-results)|world\/(footprint|fingerprint|outline|walk|known-routes))/,
  judge: /explore\/execution\/(verdicts|failure)|harness\/(checkers|history)\//,
  scheduler: /explore\//,
} as const;

/** One of these, or what no source is behind. */
export type CostPart = keyof typeof parts | 'garbage collector' | 'rest';

const intervalUs = 500;

/** Runs something in this thread. @param session a new one @returns the share of its time that each part has taken */
export function sharesOf(session: Session, run: () => void): Map<CostPart, number> {
  session.connect();
  try {
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: intervalUs });
    session.post('Profiler.start');
    run();
    let profile: Profiler.Profile | undefined;
    // In its own thread it answers at once.
    session.post('Profiler.stop', (_, answer) => {
      profile = answer.profile;
    });
    return sharesIn(profile as unknown as Profiler.Profile);
  } finally {
    session.disconnect();
  }
}

function sharesIn({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<CostPart, number> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const sources = new Sources();
  const known = new Map<number, CostPart>();
  // A node comes after the one that it hangs on.
  for (const { id, callFrame } of nodes) {
    const own = callFrame.functionName === '(garbage collector)' ? 'garbage collector' : undefined;
    known.set(id, own ?? partOf(sources.of(callFrame)) ?? known.get(parents.get(id) ?? -1) ?? 'rest');
  }
  const times = new Map<CostPart, number>();
  let whole = 0;
  samples.forEach((id, index) => {
    const part = known.get(id) ?? 'rest';
    const time = Math.max(0, timeDeltas[index] ?? 0);
    whole += time;
    times.set(part, (times.get(part) ?? 0) + time);
  });
  return new Map([...times].map(([part, time]) => [part, time / Math.max(1, whole)]));
}

function partOf(source: string): CostPart | undefined {
  const names = Object.keys(parts) as (keyof typeof parts)[];
  return names.find((name) => parts[name].test(source));
}

/** Where functions were written, of which many lie in one script. */
class Sources {
  private readonly maps = new Map<string, SourceMap | undefined>();

  of({ url, lineNumber, columnNumber }: Profiler.Profile['nodes'][number]['callFrame']): string {
    if (!this.maps.has(url)) this.maps.set(url, mapOf(url));
    const entry = this.maps.get(url)?.findEntry(lineNumber, columnNumber);
    return entry && 'originalSource' in entry ? entry.originalSource : url;
  }
}

function mapOf(url: string): SourceMap | undefined {
  if (!url.startsWith('file:')) return undefined;
  const file = `${fileURLToPath(url)}.map`;
  return existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}
