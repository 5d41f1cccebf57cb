import type { ExplorePage, FailurePage, SearchPage } from '../data.js';
import { addressed, commandLine, drawLazily, drawMarks, h, s } from './dom.js';
import { header, signs } from './header.js';
import { listenToKeys, showKeys } from './keys.js';
import { plainTable } from './plain-table.js';
import { composeSchedule } from './scene/schedule.js';
import { kindNames, plural } from './words.js';

interface Card {
  search: SearchPage;
  failure: FailurePage;
  element: HTMLDetailsElement;
  summary: HTMLElement;
}

let pictures = 0;

/** The page of searches: each with the schedules that fail. */
export class ExploreView {
  readonly #cards: Card[] = [];
  #current = -1;
  readonly #count = h('span.count', { role: 'status' });
  readonly #input: HTMLInputElement = h('input', {
    type: 'search',
    placeholder: 'kind, key or call',
    'aria-label': 'Filter by kind, key or call',
    oninput: () => this.#narrow(),
  });

  constructor(page: HTMLElement, data: ExplorePage) {
    const sections = data.searches.map((search) => this.#section(search));
    const keys = h(
      'button.help',
      { type: 'button', 'aria-label': 'Keys', title: 'Keys', onclick: () => showKeys() },
      '?',
    );
    const bar = h('nav.bar', { 'aria-label': 'Filter of failures' }, this.#input, this.#count, keys);
    bar.hidden = this.#cards.length === 0;
    page.replaceChildren(header(data), overview(data), bar, ...sections);
    this.#narrow();
    this.#cards[0]?.element.setAttribute('open', '');
    listenToKeys({
      next: () => this.#go(1),
      previous: () => this.#go(-1),
      nextExample: () => this.#go(1),
      previousExample: () => this.#go(-1),
      toggle: () => this.#cards[this.#current]?.element.toggleAttribute('open'),
      search: () => this.#input.focus(),
      clear: () => this.#clear(),
    });
    addEventListener('hashchange', () => this.#follow());
    this.#follow();
  }

  #section(search: SearchPage): HTMLElement {
    const { id, target, program, tone, verdict, counts, lines, failures, reproduce } = search;
    const cards = failures.map((failure) => this.#card(search, failure));
    return h(
      'section.scenario',
      { id, 'aria-label': `${target}: ${program}` },
      h(
        'h2',
        null,
        h(`span.${tone}`, { 'aria-hidden': 'true' }, signs[tone]),
        ` ${target} `,
        h('small', null, verdict),
      ),
      h(
        'p.program',
        null,
        program.split('|').map((client, at) => [at > 0 ? ' | ' : '', h('code', null, client.trim())]),
      ),
      h(
        'dl.stats',
        null,
        counts.map(([word, count]) => h('div', null, h('dt', null, word), h('dd', null, count))),
      ),
      h(
        'ul.notes',
        null,
        lines.map((line) => h('li', null, line)),
      ),
      cards.length > 0 && h('div.groups', null, cards),
      h('details.said', null, h('summary', null, 'The command that searches again'), commandLine(reproduce)),
    );
  }

  #card(search: SearchPage, failure: FailurePage): HTMLElement {
    const { id, title, guarantee, sentence, steps } = failure;
    const summary = h(
      'summary',
      null,
      h(
        'span.kind',
        null,
        h('b', null, kindNames[title] ?? title),
        ' ',
        h('span.guarantee', null, guarantee),
      ),
      h('span.pair', null, sentence),
      h('span.much', null, plural(steps.filter(([step]) => step > 0).length, 'step')),
    );
    const body = h('div.body', null);
    const element = h('details.group', { id }, summary, body);
    element.addEventListener('toggle', () => {
      if (element.open && body.childElementCount === 0) body.append(story(failure));
    });
    this.#cards.push({ search, failure, element, summary });
    return element;
  }

  #narrow(): void {
    const text = this.#input.value.trim().toLowerCase();
    let shown = 0;
    for (const { failure, element } of this.#cards) {
      const { title, sentence, eraser, guarantee, steps } = failure;
      const words = [title, sentence, eraser, guarantee, ...steps.map(([, , what]) => what)];
      element.hidden = text !== '' && !words.some((word) => word.toLowerCase().includes(text));
      if (!element.hidden) shown++;
    }
    this.#count.textContent = plural(shown, 'failing schedule');
  }

  #clear(): void {
    this.#input.value = '';
    this.#narrow();
  }

  #go(by: number): void {
    const shown = this.#cards.filter(({ element }) => !element.hidden);
    const current = this.#cards[this.#current];
    const now = current === undefined ? -1 : shown.indexOf(current);
    const card = shown[Math.min(shown.length - 1, Math.max(0, now + by))];
    if (card === undefined) return;
    this.#current = this.#cards.indexOf(card);
    for (const one of this.#cards) one.element.classList.toggle('current', one === card);
    card.summary.focus({ preventScroll: true });
    card.element.scrollIntoView({ block: 'start' });
  }

  #follow(): void {
    const id = addressed();
    const card = this.#cards.find(({ failure }) => failure.id === id);
    if (card === undefined) return;
    if (card.element.hidden) this.#clear();
    this.#current = this.#cards.indexOf(card);
    card.element.open = true;
    card.element.scrollIntoView({ block: 'start' });
  }
}

function overview({ searches }: ExplorePage): HTMLElement {
  const names = ['executions', 'failures'];
  return h(
    'section.overview',
    { 'aria-label': 'Searches' },
    h(
      'div.wide',
      { tabindex: 0, role: 'region', 'aria-label': 'Table of searches' },
      h(
        'table.searches',
        null,
        h('caption.sr', null, 'Each search and what it found'),
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            ['Target', 'Clients', 'Verdict', ...names].map((name) => h('th', { scope: 'col' }, name)),
          ),
        ),
        h(
          'tbody',
          null,
          searches.map(({ id, target, program, tone, verdict, counts, failures }) =>
            h(
              'tr',
              null,
              h('th', { scope: 'row' }, h('a', { href: `#${id}` }, target)),
              h('td', null, h('code', null, program)),
              h('td', null, h(`span.${tone}`, null, `${signs[tone]} `), verdict),
              h('td.num', null, counts[0]?.[1] ?? ''),
              h('td.num', null, String(failures.length)),
            ),
          ),
        ),
      ),
    ),
  );
}

function story(failure: FailurePage): HTMLElement {
  const { sentence, eraser, decision, origin, replay, pair } = failure;
  const lines = [
    pair === null ? undefined : decision,
    eraser === '' ? undefined : `${eraser}.`,
    sentence.endsWith('.') ? sentence : `${sentence}.`,
  ];
  return h(
    'article.example',
    null,
    h(
      'div.side',
      null,
      h(
        'p.where',
        null,
        h('a', { href: `#${failure.id}`, title: 'A link to this schedule' }, failure.id.split('/').at(-1)),
      ),
      lines.flatMap((line) => (line === undefined ? [] : [h('p.line', null, line)])),
      h(
        'p.judge',
        null,
        origin.map((line) => h('span.origin', null, line)),
      ),
      commandLine(replay),
    ),
    h('div.look', null, picture(failure)),
    h('details.told', null, h('summary', null, 'As a table'), table(failure)),
  );
}

function picture(failure: FailurePage): HTMLElement {
  const id = `s${++pictures}`;
  const said = `${id}-said`;
  const detail = h(
    'p.detail',
    { 'aria-live': 'polite' },
    'Click a call or a content of the file to read all of it.',
  );
  const holder = h('div.canvas', {
    role: 'group',
    'aria-label': `Picture of the schedule ${failure.id}`,
    'aria-describedby': said,
    tabindex: 0,
  });
  drawLazily(holder, (width) => {
    const { height, marks } = composeSchedule(failure, width, id);
    const svg = s('svg.schedule', {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'aria-hidden': 'true',
    });
    svg.append(
      ...drawMarks(marks, (text) => {
        detail.textContent = text;
      }),
    );
    holder.replaceChildren(svg);
  });
  return h('div.picture', null, holder, h('p.sr', { id: said }, spoken(failure)), detail);
}

function spoken({ steps, lanes }: FailurePage): string {
  return steps
    .map(([step, lane, text, file]) =>
      step === 0 ? text : `T${step}, ${lanes[lane]}: ${text}${file === '' ? '' : `; the file: ${file}`}`,
    )
    .join('. ');
}

function table({ steps, lanes, pair }: FailurePage): HTMLElement {
  return plainTable(
    'The steps of the schedule',
    ['Step', ...lanes, 'The file'],
    steps.map(([step, lane, text, file]) =>
      h(
        pair?.includes(step) ? 'tr.decisive' : 'tr',
        null,
        h('td', null, step === 0 ? '' : `T${step}`),
        lanes.map((_, at) => h('td', null, at === lane ? text : '')),
        h('td', null, file),
      ),
    ),
  );
}
