import type { Example, Group, ScenarioPage } from '../data.js';
import { h } from './dom.js';
import { type Filter, narrowed } from './filter.js';
import { PictureView } from './picture.js';
import { plainTable } from './plain-table.js';
import { describeCall } from './scene/calls.js';
import { castOf, Facts } from './scene/facts.js';
import { describeContent } from './scene/file.js';
import { type Part, type Step, storyOf } from './scene/story.js';
import { at, kindNames, mechanismNames, number, plural } from './words.js';

/** A group of violations, which opens to one example at a time. */
export class GroupCard {
  readonly element: HTMLDetailsElement;
  readonly summary: HTMLElement;
  readonly #examples: readonly Example[];
  readonly #more: Group['more'];
  readonly #body = h('div.body', null);
  #at = 0;

  /** @param most of all groups of the scenario, to compare */
  constructor(
    readonly scenario: ScenarioPage,
    readonly group: Group,
    shown: Pick<Group, 'examples' | 'more'>,
    most: number,
  ) {
    this.#examples = shown.examples;
    this.#more = shown.more;
    const { kind, guarantee, count, id } = group;
    const bar = h('i.share', { 'aria-hidden': 'true' });
    bar.style.setProperty('--share', String(count / most));
    this.summary = h(
      'summary',
      null,
      h('span.kind', null, h('b', null, kindNames[kind] ?? kind), ' ', h('span.guarantee', null, guarantee)),
      h('span.pair', null, wordsOf(group)),
      h('span.much', null, bar, h('span', null, number(count))),
    );
    this.element = h('details.group', { id }, this.summary, this.#body);
    this.element.addEventListener('toggle', () => {
      if (this.element.open && this.#body.childElementCount === 0) this.show(this.#at);
    });
  }

  /** @returns undefined where the filter leaves nothing of it */
  static of(scenario: ScenarioPage, group: Group, filter: Filter): GroupCard | undefined {
    const shown = narrowed(group, filter);
    const most = Math.max(...scenario.groups.map(({ count }) => count));
    return shown && new GroupCard(scenario, group, shown, most);
  }

  open(): void {
    this.element.open = true;
    if (this.#body.childElementCount === 0) this.show(this.#at);
  }

  /** Shows what an older card of the same group had shown. */
  resume({ element, shownExample }: GroupCard): void {
    const place = this.#examples.findIndex(({ id }) => id === shownExample);
    if (place >= 0) this.#at = place;
    if (!element.open) this.element.open = false;
    else {
      this.element.open = true;
      this.show(this.#at);
    }
  }

  get shownExample(): string | undefined {
    return this.#examples[this.#at]?.id;
  }

  /** @returns where that example is, or -1 */
  find(id: string): number {
    return this.#examples.findIndex((example) => example.id === id);
  }

  /** @returns false where there is no such example */
  step(by: number): boolean {
    const next = this.#at + by;
    if (next < 0 || next >= this.#examples.length) return false;
    this.open();
    this.show(next);
    return true;
  }

  show(place: number): void {
    const example = this.#examples[place];
    this.#at = place;
    const rest = moreOf(this.group, this.#more);
    this.#body.replaceChildren(
      ...(example === undefined ? [] : [this.#example(example)]),
      ...(this.group.examples.length === 0
        ? [h('p.quiet', null, 'The page has no picture of these: it draws the first groups of so many.')]
        : []),
      ...(rest ? [rest] : []),
    );
  }

  #example(example: Example): HTMLElement {
    const { scenario, group } = this;
    const steps = storyOf(scenario, example);
    const turn = (by: number, sign: string, name: string) =>
      h(
        'button',
        {
          type: 'button',
          'aria-label': name,
          disabled: this.#examples[this.#at + by] === undefined,
          onclick: () => this.step(by),
        },
        sign,
      );
    const shown = this.#examples.length;
    const place = `${this.#at + 1} of ${shown}${group.count > shown ? ` shown, ${number(group.count)} in all` : ''}`;
    const hasPicture =
      new Facts(scenario).hasCalls && (steps.length > 0 || castOf(scenario, example).gone !== undefined);
    return h(
      'article.example',
      { id: example.id },
      h(
        'div.side',
        null,
        h(
          'p.where',
          null,
          h('a', { href: `#${example.id}`, title: 'A link to this picture' }, place),
          shown > 1 && h('span.turns', null, turn(-1, '‹', 'Previous example'), turn(1, '›', 'Next example')),
        ),
        h('ol.story', null, steps.map(storyLine)),
        h('p.judge', null, h('b', null, 'The judge: '), said(example)),
      ),
      h(
        'div.look',
        null,
        hasPicture
          ? new PictureView(scenario, example, steps).element
          : h('p.quiet', null, 'There is no picture of it: no call and no content of the file was recorded.'),
      ),
      h('details.told', null, h('summary', null, 'As a table'), table(scenario, example)),
    );
  }
}

function said({ sentence, lineage, mechanism }: Example): string {
  const how =
    mechanism === null || mechanism === 'unknown'
      ? `How it came about was not ${mechanism === null ? 'recorded' : 'seen'}`
      : `How: ${mechanismNames[mechanism] ?? mechanism}`;
  return `${sentence}${lineage === '' ? '' : `; ${lineage}`}. ${how}.`;
}

/** The kinds of client that erased and that wrote, and how the one came to erase what the other wrote. */
function wordsOf({ mechanism, eraser, victim, kind, examples }: Group): string {
  const how = mechanism === null || mechanism === 'unknown' ? '' : (mechanismNames[mechanism] ?? mechanism);
  const who =
    eraser !== '' && victim !== ''
      ? `${article(eraser)} erased what ${eraser === victim ? `another ${victim}` : article(victim)} had written`
      : eraser !== ''
        ? `by ${article(eraser)}`
        : victim !== '' && kind === 'lost-update'
          ? `written by ${article(victim)}, no single call is to blame`
          : '';
  const words = [who, how].filter((part) => part !== '').join(': ');
  return words === '' ? (examples[0]?.sentence ?? '') : words;
}

const article = (noun: string) => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;

function storyLine({ number: count, at: time, text, isBad }: Step): HTMLElement {
  const words = (part: Part) =>
    typeof part === 'string' ? part : 'code' in part ? h('code', null, part.code) : h('b', null, part.bold);
  return h(
    isBad ? 'li.bad' : 'li',
    null,
    h('i.number', { 'aria-hidden': 'true' }, String(count)),
    h(
      'div',
      null,
      h('span.time', null, time === null ? 'from the start' : at(time)),
      h('span', null, text.map(words)),
    ),
  );
}

/** The same without a picture: each call and each content that the judge names, by its time. */
function table(scenario: ScenarioPage, example: Example): HTMLElement {
  const { victim, suspects, others, seen, gone, base } = castOf(scenario, example);
  const calls = [...(victim ? [victim] : []), ...suspects, ...others].map(
    (call) => [call.begin, call.client, describeCall(call)] as const,
  );
  const contents = [...new Set([base, seen, gone])].flatMap((content) =>
    content === undefined ? [] : [[content.from, 'the file', describeContent(content)] as const],
  );
  const rows = [...calls, ...contents].sort((a, b) => a[0] - b[0]);
  return plainTable(
    'The calls and contents that the judge names',
    ['Begins', 'Who', 'What'],
    rows.map(([time, who, what]) =>
      h('tr', null, h('td', null, at(time)), h('td', null, who), h('td', null, what)),
    ),
  );
}

function moreOf({ count, examples, more: all }: Group, more: Group['more']): HTMLElement | undefined {
  const rest = count - examples.length;
  if (more.length === 0 || rest <= 0) return undefined;
  const some = rest > all.length ? `, ${number(all.length)} of them by name` : '';
  return h(
    'details.more',
    null,
    h('summary', null, `${plural(rest, 'other')} of this group${some}`),
    h(
      'ol',
      null,
      more.map(([id, key, sentence]) =>
        h('li', null, id !== '' && h('code', null, id), key !== '' && ` ${key}`, ` ${sentence}`),
      ),
    ),
  );
}
