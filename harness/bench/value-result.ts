import { type Goal, meets, type ValueResult } from './result.js';
import { spreadOf } from './statistics.js';

/**
 * For the results of one part that are one quantity each.
 * @returns a function that makes one of its values in the rounds of a run: their median is what is held against the goal
 */
export function valueResultsOf(part: string) {
  return (name: string, title: string, unit: string, values: readonly number[], goal?: Goal): ValueResult => {
    const value = spreadOf(values);
    return {
      kind: 'value',
      part,
      name,
      title,
      unit,
      value,
      ...(goal ? { goal, met: meets(value.median, goal) } : {}),
    };
  };
}
