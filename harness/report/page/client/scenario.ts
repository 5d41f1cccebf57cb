import type { ScenarioPage } from '../data.js';
import { guarantees } from '../guarantees.js';
import { commandLine, h } from './dom.js';
import type { GroupCard } from './group.js';
import { signs } from './header.js';
import { percentilePlot } from './percentiles.js';
import { runChart } from './run-chart.js';
import { number, plural } from './words.js';

/** One scenario: what happened in it, as a whole and by its violations. */
export function scenarioSection(scenario: ScenarioPage, cards: readonly GroupCard[]): HTMLElement {
  const {
    id,
    name,
    target,
    tone,
    verdict,
    title,
    why,
    counts,
    faultWords,
    overview,
    latency,
    groups,
    isComplete,
  } = scenario;
  return h(
    'section.scenario',
    { id, 'aria-label': `${name} on ${target}` },
    h(
      'h2',
      null,
      h(`span.${tone}`, { 'aria-hidden': 'true' }, signs[tone]),
      ` ${name} `,
      h('small', null, `on ${target}: ${verdict}`),
    ),
    (title ?? why) !== null &&
      h('details.why', null, h('summary', null, title ?? 'Why this scenario'), h('p', null, why ?? '')),
    h(
      'dl.stats',
      null,
      counts.map(([word, count, isBad]) =>
        h(isBad && count > 0 ? 'div.bad' : 'div', null, h('dt', null, word), h('dd', null, number(count))),
      ),
      faultWords.map((words) => {
        const [count = '', ...what] = words.split(' ');
        return h('div', null, h('dt', null, what.join(' ')), h('dd', null, count));
      }),
    ),
    overview === null
      ? h('p.quiet', null, 'No history lies beside the report: there is nothing to draw over time.')
      : [
          runChart(overview),
          h(
            'details.latencies',
            { open: groups.length === 0 },
            h('summary', null, 'Percentiles of latency'),
            percentilePlot(overview, latency),
          ),
        ],
    groups.length > 0 && h('p.found', null, foundText(scenario, isComplete)),
    cards.length > 0 &&
      h(
        'div.groups',
        null,
        cards.map(({ element }) => element),
      ),
    h(
      'details.said',
      null,
      h('summary', null, 'What each check says, and the command for this scenario'),
      saying(scenario),
    ),
  );
}

function foundText({ groups }: ScenarioPage, isComplete: boolean): string {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const drawn = groups.filter(({ examples }) => examples.length > 0);
  const rest = groups.length - drawn.length;
  const others =
    rest === 0
      ? ''
      : ` ${plural(rest, 'more group')} ${rest === 1 ? 'has' : 'have'} no picture here: findings.jsonl beside this page has each of their violations.`;
  if (isComplete)
    return `${plural(count, 'violation')}, as the judge found them, in ${plural(groups.length, 'group')}. The clearest ones are drawn.${others}`;
  return `The ${plural(count, 'violation')} that the report shows; the judge found more of some kinds, as the numbers above say, and they were not recorded one by one.`;
}

function saying({ checks, reproduce, seed, runtime }: ScenarioPage): HTMLElement {
  const words = { valid: 'held', invalid: 'violated', unknown: 'not decided' };
  return h(
    'div',
    null,
    h(
      'ul',
      null,
      checks.map(({ guarantee, result, isExact, summary }) =>
        h(
          'li',
          null,
          h('b', null, guarantee === 'coverage' ? '' : `${guarantee} `),
          `${guarantees[guarantee] ?? guarantee}: ${words[result]}${isExact ? '' : ', not decided exactly'}${summary === '' ? '.' : `. ${summary}.`}`,
        ),
      ),
    ),
    h('p.quiet', null, `Seed ${seed}, clients on ${runtime}.`),
    reproduce !== '' && commandLine(reproduce),
  );
}
