import { lettersInSchedules } from '../protocol/open-flags.js';
import { nameOf } from '../schedule/action.js';
import type { Executed } from './executed.js';

/** A line for each step: what was called, and how it ended. Numbers in names, which may be those of this very place, are left out. */
export function callsOf({ steps }: Pick<Executed, 'steps'>): string[] {
  return steps.map(({ client, action, call, path, to, end, startsAs }) => {
    if (/^(kill|pause|wait|damage)$/.test(action.do)) return `${nameOf(client)} ${action.do}`;
    if (action.do === 'power') return `power loss ${action.state}`;
    if (startsAs !== undefined) return `${nameOf(client)} starts`;
    if (!call) return `${nameOf(client)} wakes`;
    const named = call.alias === undefined ? [path, to] : [call.alias];
    const places = named.map((place) => place?.replaceAll(/[0-9a-f]*\d[0-9a-f]{3,}/g, '#'));
    const words = [
      nameOf(client),
      call.call,
      call.half,
      ...places,
      lettersInSchedules(call.flags),
      end?.errno,
    ];
    return words.filter((word) => word !== undefined).join(' ');
  });
}
