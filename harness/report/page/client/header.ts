import type { CheckLine, PageData, ScenarioPage, StressPage, Tone } from '../data.js';
import { guarantees } from '../guarantees.js';
import { commandLine, h } from './dom.js';
import { number } from './words.js';

export const signs: Readonly<Record<Tone, string>> = { good: '✓', bad: '✕', open: '?' };

/** The verdict in words, what it was run with and on, and the command. */
export function header(data: PageData): HTMLElement {
  const { tone, headline, meaning, facts, command, isCommandMade, notes } = data;
  return h(
    'header.head',
    null,
    h(
      `div.verdict.${tone}`,
      null,
      h('span.sign', { 'aria-hidden': 'true' }, signs[tone]),
      h('div', null, h('h1', null, headline), h('p', null, meaning)),
    ),
    h(
      'dl.facts',
      null,
      facts.map(([name, value]) =>
        h('div', null, h('dt', null, name), h('dd', null, value ?? h('span.quiet', null, 'not recorded'))),
      ),
    ),
    command !== null && commandLine(command),
    isCommandMade && h('p.made', null, 'The command was not recorded: this one does the same.'),
    data.kind === 'stress' && controls(data),
    notes.length > 0 &&
      h(
        'ul.notes',
        null,
        notes.map((note) => h('li', null, note)),
      ),
  );
}

function controls({ controls: all }: StressPage): HTMLElement | undefined {
  if (all.length === 0) return undefined;
  return h(
    'p.controls',
    null,
    h('b', null, 'Planted bugs, which had to be found first: '),
    all.map(({ scenario, target, what, count, found }, at) => [
      at > 0 ? '; ' : '',
      h(`span.${found ? 'good' : 'bad'}`, null, found ? '✓ found' : '✕ not found'),
      ` ${target} in ${scenario}${found ? `, ${number(count)} ${what}` : ''}`,
    ]),
    '.',
  );
}

interface Cell {
  sign: string;
  kind: string;
  word: string;
}

function cellOf(check: CheckLine | undefined): Cell {
  if (check === undefined) return { sign: '·', kind: 'none', word: 'not asked' };
  if (check.result === 'invalid') return { sign: '✕', kind: 'bad', word: 'violated' };
  if (check.result === 'unknown') return { sign: '?', kind: 'open', word: 'not decided' };
  return check.isExact
    ? { sign: '✓', kind: 'good', word: 'held' }
    : { sign: '≈', kind: 'part', word: 'held, not decided exactly' };
}

const legend: readonly Cell[] = [
  { sign: '✓', kind: 'good', word: 'held' },
  { sign: '≈', kind: 'part', word: 'held, not decided exactly' },
  { sign: '✕', kind: 'bad', word: 'violated' },
  { sign: '?', kind: 'open', word: 'not decided' },
  { sign: '·', kind: 'none', word: 'not asked' },
];

/** Each scenario by each guarantee. A sign in each cell, so that colour says nothing that the sign does not. */
export function grid(
  { scenarios }: StressPage,
  onGuarantee: (scenario: ScenarioPage, name: string) => void,
): HTMLElement {
  const names = Object.keys(guarantees).filter((name) => name !== 'coverage' || scenarios.some(isTooLittle));
  const numbers = ['changes', 'lost', 'p50 ms', 'p99 ms'];
  return h(
    'section.overview',
    { 'aria-label': 'Scenarios and guarantees' },
    h(
      'div.wide',
      { tabindex: 0, role: 'region', 'aria-label': 'Table of scenarios by guarantee' },
      h(
        'table.grid',
        null,
        h('caption.sr', null, 'Each scenario by each guarantee'),
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            h('th.name', { scope: 'col' }, 'Scenario'),
            names.map((name) =>
              h(
                'th.g',
                { scope: 'col', title: guarantees[name] },
                name === 'coverage' ? h('abbr', { title: guarantees[name] }, 'min') : name,
              ),
            ),
            numbers.map((name) => h('th.num', { scope: 'col' }, name)),
            h('th.faults', { scope: 'col' }, 'faults'),
          ),
        ),
        h(
          'tbody',
          null,
          scenarios.map((scenario) => row(scenario, names, onGuarantee)),
        ),
      ),
    ),
    h(
      'p.legend',
      null,
      legend.map(({ sign, kind, word }) =>
        h('span', null, h(`i.cell.${kind}`, { 'aria-hidden': 'true' }, sign), word),
      ),
    ),
    h(
      'p.names',
      null,
      names.map((name) =>
        h('span', null, h('b', null, name === 'coverage' ? 'min' : name), ` ${guarantees[name]}`),
      ),
    ),
  );
}

function isTooLittle({ checks }: ScenarioPage): boolean {
  return checks.some(({ guarantee, result }) => guarantee === 'coverage' && result !== 'valid');
}

function row(
  scenario: ScenarioPage,
  names: readonly string[],
  onGuarantee: (scenario: ScenarioPage, name: string) => void,
): HTMLElement {
  const { id, name, target, checks, counts, latency, faultWords } = scenario;
  const [changes] = counts;
  const lost = counts.find(([word]) => word === 'lost')?.[1] ?? 0;
  const set =
    latency.find(({ action }) => action === 'set') ?? latency.find(({ action }) => action === 'remove');
  const cell = (guarantee: string) => {
    const check = checks.find((one) => one.guarantee === guarantee);
    const { sign, kind, word } = cellOf(check);
    const title = `${guarantee} ${guarantees[guarantee]}: ${word}${check?.summary ? `. ${check.summary}` : ''}`;
    const spoken = h('span.sr', null, word);
    if (kind !== 'bad')
      return h('td.g', { title }, h(`i.cell.${kind}`, { 'aria-hidden': 'true' }, sign), spoken);
    const link = h(
      'a.cell.bad',
      { href: `#${id}`, onclick: () => onGuarantee(scenario, guarantee) },
      sign,
      h('span.sr', null, ` ${guarantee} ${word}`),
    );
    return h('td.g', { title }, link);
  };
  return h(
    'tr',
    null,
    h(
      'th.name',
      { scope: 'row' },
      h('a', { href: `#${id}` }, name),
      h('small', null, target),
      // A phone has no room for the columns of numbers.
      lost > 0 && h('small.bad.narrow', null, `${number(lost)} lost`),
    ),
    names.map(cell),
    h('td.num', null, number(changes?.[1] ?? 0)),
    h(`td.num${lost > 0 ? '.bad' : ''}`, null, number(lost)),
    h('td.num', null, set === undefined ? '' : msText(set.p50)),
    h('td.num', null, set === undefined ? '' : msText(set.p99)),
    h('td.faults', null, faultWords.join(', ')),
  );
}

const msText = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
