import { h } from './dom.js';

/**
 * A table that scrolls by itself where it is too wide, also by keyboard.
 * @param label what a screen reader says of it
 * @param kinds the class of each column's name, as in `.num`
 */
export function plainTable(
  label: string,
  names: readonly string[],
  rows: readonly HTMLElement[],
  kinds: readonly string[] = [],
): HTMLElement {
  return h(
    'div.wide',
    { tabindex: 0, role: 'region', 'aria-label': label },
    h(
      'table.plain',
      null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          names.map((name, at) => h(`th${kinds[at] ?? ''}` as 'th', { scope: 'col' }, name)),
        ),
      ),
      h('tbody', null, rows),
    ),
  );
}
