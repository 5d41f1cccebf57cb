import type { ScenarioPage, StressPage } from '../data.js';
import { guarantees } from '../guarantees.js';
import { addressed, h } from './dom.js';
import { type Filter, isOn } from './filter.js';
import { GroupCard } from './group.js';
import { grid, header } from './header.js';
import { listenToKeys, showKeys } from './keys.js';
import { scenarioSection } from './scenario.js';
import { totalsSection } from './totals.js';
import { plural } from './words.js';

/** The page of a run: what it shows, and where in it the reader is. */
export class StressView {
  #data: StressPage;
  #filter: Filter = { guarantee: '', text: '' };
  #cards: GroupCard[] = [];
  #current = -1;
  readonly #head = h('div', null);
  readonly #bar = h('nav.bar', { 'aria-label': 'Filter of violations' });
  readonly #list = h('div', null);
  readonly #input: HTMLInputElement = h('input', {
    type: 'search',
    placeholder: 'key, client or operation',
    'aria-label': 'Filter by key, client or operation',
    oninput: () => this.#narrow({ text: this.#input.value.trim() }),
  });

  constructor(page: HTMLElement, data: StressPage) {
    this.#data = data;
    page.replaceChildren(this.#head, this.#bar, this.#list);
    this.#drawAll();
    listenToKeys({
      next: () => this.#go(this.#current + 1),
      previous: () => this.#go(this.#current - 1),
      nextExample: () => this.#step(1),
      previousExample: () => this.#step(-1),
      toggle: () => this.#toggle(),
      search: () => this.#input.focus(),
      clear: () => this.#clear(),
    });
    addEventListener('hashchange', () => this.#follow());
    this.#follow();
  }

  /** Shows newer data, and leaves the reader where they are. */
  update(data: StressPage): void {
    const before = new Map(this.#cards.map((card) => [card.group.id, card]));
    const current = this.#cards[this.#current]?.group.id;
    const isTyping = document.activeElement === this.#input;
    const { selectionStart, selectionEnd } = this.#input;
    const top = scrollY;
    this.#data = data;
    this.#drawAll();
    for (const card of this.#cards) {
      const older = before.get(card.group.id);
      if (older !== undefined) card.resume(older);
    }
    if (current !== undefined) this.#mark(this.#cards.findIndex(({ group }) => group.id === current));
    if (isTyping) {
      this.#input.focus({ preventScroll: true });
      this.#input.setSelectionRange(selectionStart, selectionEnd);
    }
    scrollTo({ top, behavior: 'instant' });
  }

  #drawAll(): void {
    this.#head.replaceChildren(
      header(this.#data),
      ...(this.#data.scenarios.length > 0
        ? [grid(this.#data, (_, guarantee) => this.#narrow({ guarantee }))]
        : []),
      totalsSection(this.#data) ?? '',
    );
    this.#drawBar();
    this.#drawList();
  }

  #drawBar(): void {
    const used = new Set(
      this.#data.scenarios.flatMap(({ groups }) => groups.map(({ guarantee }) => guarantee)),
    );
    const names = Object.keys(guarantees).filter((name) => used.has(name));
    this.#bar.hidden = names.length === 0;
    const chip = (name: string, text: string) =>
      h(
        'button.chip',
        { type: 'button', 'data-guarantee': name, onclick: () => this.#narrow({ guarantee: name }) },
        text,
      );
    this.#bar.replaceChildren(
      h(
        'div.chips',
        null,
        chip('', 'All'),
        names.map((name) => chip(name, `${name} ${guarantees[name] ?? ''}`)),
      ),
      this.#input,
      h('span.count', { role: 'status' }),
      h(
        'button.help',
        { type: 'button', 'aria-label': 'Keys', title: 'Keys', onclick: () => showKeys() },
        '?',
      ),
    );
  }

  #narrow(change: Partial<Filter>): void {
    this.#filter = { ...this.#filter, ...change };
    this.#drawList();
  }

  #drawList(): void {
    const filter = this.#filter;
    this.#cards = [];
    this.#current = -1;
    const sections = this.#data.scenarios.flatMap((scenario) => {
      const cards = scenario.groups.flatMap((group) => GroupCard.of(scenario, group, filter) ?? []);
      if (isOn(filter) && cards.length === 0) return [];
      this.#cards.push(...cards);
      // The others are opened by their reader: a page of a hundred pictures would be no overview.
      cards[0]?.open();
      return [scenarioSection(scenario, cards)];
    });
    this.#list.replaceChildren(...sections);
    if (sections.length === 0 && isOn(filter))
      this.#list.append(h('p.nothing', null, 'No violation matches the filter. Esc clears it.'));
    for (const chip of this.#bar.querySelectorAll('.chip'))
      chip.setAttribute('aria-pressed', String(chip.getAttribute('data-guarantee') === filter.guarantee));
    const count = this.#bar.querySelector('.count');
    if (count)
      count.textContent = `${plural(this.#cards.length, 'group')}${isOn(filter) ? ` of ${this.#all()}` : ''}`;
  }

  #all(): number {
    return this.#data.scenarios.reduce((sum: number, { groups }: ScenarioPage) => sum + groups.length, 0);
  }

  #go(place: number): void {
    if (this.#cards.length === 0) return;
    this.#mark(Math.min(this.#cards.length - 1, Math.max(0, place)));
    const card = this.#cards[this.#current];
    card?.summary.focus({ preventScroll: true });
    card?.element.scrollIntoView({ block: 'start' });
  }

  #mark(place: number): void {
    this.#current = place;
    for (const [at, { element }] of this.#cards.entries()) element.classList.toggle('current', at === place);
  }

  #step(by: number): void {
    const card = this.#cards[this.#current];
    if (card === undefined) {
      this.#go(0);
      return;
    }
    if (!card.step(by)) this.#go(this.#current + by);
    else card.summary.focus({ preventScroll: true });
  }

  #toggle(): void {
    const card = this.#cards[this.#current];
    if (card?.element.open) card.element.open = false;
    else card?.open();
  }

  /** An address names a scenario, which the browser finds by itself, a group, or one example of a group. */
  #follow(): void {
    const id = addressed();
    if (!id.includes('/')) {
      const isHidden = isOn(this.#filter) && this.#data.scenarios.some((scenario) => scenario.id === id);
      if (!isHidden || document.getElementById(id) !== null) return;
      this.#clear();
      document.getElementById(id)?.scrollIntoView({ block: 'start' });
      return;
    }
    for (const [at, card] of this.#cards.entries()) {
      const place = card.find(id);
      if (place < 0 && card.group.id !== id) continue;
      card.open();
      if (place >= 0) card.show(place);
      this.#go(at);
      return;
    }
    if (!isOn(this.#filter)) return;
    this.#clear();
    this.#follow();
  }

  #clear(): void {
    this.#input.value = '';
    this.#narrow({ guarantee: '', text: '' });
  }
}
