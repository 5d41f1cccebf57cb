import { type CallFacts, factsOf } from './calls.js';
import { openWay } from './open-flags.js';
import type { CallToMake } from './protocol.js';
import { UncontrolledError } from './uncontrolled.js';

/** A call's name, and what an `open` is to do. */
type Named = Pick<CallToMake, 'call' | 'flags'>;

/**
 * What a call does: the facts of the table, those of `open` as its flags say.
 * @param finds whether there is a file already; without it, whatever the call may do
 * @throws UncontrolledError for a call of which nothing is known
 */
export function actOf(call: Named, finds?: boolean): CallFacts {
  const facts = factsOf(call.call);
  if (!facts) throw new UncontrolledError(`it makes a call of which nothing is known: ${call.call}`);
  if (facts.descriptors !== 'opens') return facts;
  const { creates, truncates, isUnknown } = openWay(call.flags);
  if (isUnknown) throw new UncontrolledError(`it makes a call of which nothing is known: ${call.call}`);
  return {
    ...facts,
    first: creates && finds !== true ? facts.first : undefined,
    changes: truncates && !(creates && finds === false) ? facts.changes : undefined,
  };
}

/** True if the call goes through a link at the end of its first path. A new file that must be one is none behind a link. */
export function followsLink({ call, flags }: Named): boolean {
  const follows = factsOf(call)?.follows ?? true;
  if (follows !== 'as its flags say') return follows;
  const { isNoFollow, creates, isExclusive } = openWay(flags);
  return !isNoFollow && !(creates && isExclusive);
}

/** The first half of it finds the directory of the last word of its first path; of any other call, the file. Of a second path: always. */
export function findsDirectory(call: Named): boolean {
  return actOf(call).first !== undefined;
}

/** False only if every name stands for the same file after the call as before. */
export function mayChangeNames(call: Named): boolean {
  return mayBe(call, changesNames);
}

/** False only if every path leads to the same content after the call as before. */
export function mayChangeContent(call: Named): boolean {
  return mayBe(call, (act) => act.changes === 'data' || (changesNames(act) && act.makes !== 'directory'));
}

/** False only if no file can be open to other users after the call that was not before. Any `open` may have made one. */
export function mayChangeModes({ call }: Named): boolean {
  const facts = factsOf(call);
  if (!facts) return true;
  const { changes, first, makes, second } = facts;
  return (
    changes === 'mode' ||
    (first === 'creates' && makes !== 'link') ||
    first === 'moves' ||
    second !== undefined
  );
}

/** True if a successful call returns a new descriptor. */
export function opensFile(call: string): boolean {
  return factsOf(call)?.descriptors === 'opens';
}

/** True if it returns the names in a directory. */
export function listsNames(call: string): boolean {
  return factsOf(call)?.reads.includes('listing') ?? false;
}

/** True if it asks whether a process lives. */
export function asksForLife({ call }: Named): boolean {
  return factsOf(call)?.reads.includes('life') ?? false;
}

/** True if the call changes an entry or the data of the file at its path; `open` may. One that is not known does. */
export function changesPath(call: string): boolean {
  const facts = factsOf(call);
  return !facts || changesNames(facts) || (facts.on !== 'descriptor' && facts.changes === 'data');
}

function changesNames({ first, second }: CallFacts): boolean {
  return first !== undefined || second !== undefined;
}

/** Of a call that is not known, or is not fully known, anything may be. */
function mayBe(call: Named, test: (act: CallFacts) => boolean): boolean {
  const isKnown = factsOf(call.call) !== undefined && !openWay(call.flags).isUnknown;
  return !isKnown || test(actOf(call));
}
