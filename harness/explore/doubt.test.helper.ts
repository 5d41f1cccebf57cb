import { isDeepStrictEqual } from 'node:util';
import { entriesIn } from '../line/foreign-reader.js';
import { Client, type Option } from './execution/client.js';
import { Contents } from './execution/contents.js';
import { failureOf, outcomeOf } from './execution/failure.js';
import { Verdicts } from './execution/verdicts.js';
import { type KnownCall, KnownRoutes } from './world/known-routes.js';

export type Memory = 'routes' | 'options' | 'verdicts' | 'contents';

/** What came of a doubt. */
export interface Doubted {
  /** How many remembered answers were compared with fresh ones. */
  compared: Record<Memory, number>;
  /** What was remembered wrongly, of each memory once. */
  wrong: string[];
}

/**
 * Has everything that is remembered between steps and executions found out anew each time, and compares the two. What is remembered
 * wrongly shows here even where it decides nothing.
 */
export function doubtMemories(): { doubted: Doubted; end: () => void } {
  const doubted: Doubted = { compared: { routes: 0, options: 0, verdicts: 0, contents: 0 }, wrong: [] };
  const compare = (memory: Memory, remembered: unknown, fresh: unknown) => {
    doubted.compared[memory]++;
    if (isDeepStrictEqual(remembered, fresh) || doubted.wrong.some((one) => one.startsWith(memory))) return;
    doubted.wrong.push(`${memory}: ${JSON.stringify(remembered)} instead of ${JSON.stringify(fresh)}`);
  };
  const { of: callOf } = KnownRoutes.prototype;
  const { options: optionsOf } = Client.prototype;
  const { of: verdictOf } = Verdicts.prototype;
  const { entriesIn: contentsOf } = Contents.prototype;
  KnownRoutes.prototype.of = function (...asked) {
    return doubtedCall(callOf.apply(this, asked), compare);
  };
  Client.prototype.options = function (isAskedFor) {
    const remembered = optionsOf.call(this, isAskedFor);
    // Its memory, which is its own.
    Reflect.set(this, 'unhindered', undefined);
    const fresh = optionsOf.call(this, isAskedFor);
    compare('options', remembered.map(wordsOf), fresh.map(wordsOf));
    return fresh;
  };
  Verdicts.prototype.of = function (executed) {
    const remembered = verdictOf.call(this, executed);
    const fresh = failureOf(executed);
    const seen = this.outcomes.includes(outcomeOf(executed));
    compare(
      'verdicts',
      [true, remembered?.kind, remembered?.guarantee],
      [seen, fresh?.kind, fresh?.guarantee],
    );
    return remembered;
  };
  Contents.prototype.entriesIn = function (bytes, read) {
    const remembered = contentsOf.call(this, bytes, read);
    compare('contents', remembered, entriesIn(bytes, 'credentials', read));
    return remembered;
  };
  const end = () => {
    KnownRoutes.prototype.of = callOf;
    Client.prototype.options = optionsOf;
    Verdicts.prototype.of = verdictOf;
    Contents.prototype.entriesIn = contentsOf;
  };
  return { doubted, end };
}

type Compare = (memory: Memory, remembered: unknown, fresh: unknown) => void;

/** What is known of a call, to one who asks as if it were not known: what it then finds is compared. */
function doubtedCall(known: KnownCall, compare: Compare): KnownCall {
  const { version, client } = known;
  const fresh: KnownCall = { version, client };
  const asked: KnownCall = { version, client };
  for (const part of ['routes', 'foresight', 'accesses'] as const)
    Object.defineProperty(asked, part, {
      get: () => fresh[part],
      set(found: never) {
        if (known[part] !== undefined) compare('routes', known[part], found);
        fresh[part] = found;
        known[part] ??= found;
      },
    });
  return asked;
}

function wordsOf(option: Option): unknown {
  return option.kind === 'call' ? [option.kind, option.call.id, option.call] : option;
}
