import type { Example, Group } from '../data.js';

/** Which violations are shown. */
export interface Filter {
  guarantee: string;
  /** A part of a key, a client or an operation, in small or capital letters. */
  text: string;
}

export const isOn = ({ guarantee, text }: Filter): boolean => guarantee !== '' || text !== '';

export function matches({ text }: Filter, item: Example | Group['more'][number]): boolean {
  if (text === '') return true;
  const sought = text.toLowerCase();
  const words = Array.isArray(item)
    ? item
    : [item.key ?? '', item.victim ?? '', ...item.suspects, ...item.others, item.sentence];
  return words.some((word) => word.toLowerCase().includes(sought));
}

/** What is left of a group. Undefined where nothing is. */
export function narrowed(group: Group, filter: Filter): Pick<Group, 'examples' | 'more'> | undefined {
  if (filter.guarantee !== '' && group.guarantee !== filter.guarantee) return undefined;
  const examples = group.examples.filter((example) => matches(filter, example));
  const more = group.more.filter((item) => matches(filter, item));
  return examples.length + more.length === 0 ? undefined : { examples, more };
}
