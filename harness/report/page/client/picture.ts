import type { Example, ScenarioPage } from '../data.js';
import { drawLazily, drawMarks, h, s } from './dom.js';
import { Pinch } from './pinch.js';
import { compose } from './scene/compose.js';
import { castOf, Facts, focusOf, fullSpanOf, isLoss, type Span } from './scene/facts.js';
import { type Step, storyText } from './scene/story.js';
import { plural } from './words.js';

let pictures = 0;

interface Brush {
  from: number;
  to: number | undefined;
  rect: SVGElement;
}

/**
 * One violation in space and time. Drag, Ctrl and the wheel, two fingers, or the keys zoom; a click on a call or a content says all of it.
 * The wheel alone scrolls the page: a picture that eats it is a trap on a long page.
 */
export class PictureView {
  readonly element: HTMLElement;
  readonly #holder: HTMLElement;
  readonly #detail: HTMLElement;
  readonly #id = `p${++pictures}`;
  readonly #full: Span;
  readonly #focus: Span;
  #view: Span;
  #width = 0;
  #left = 0;
  #brush: Brush | undefined;
  readonly #pinch = new Pinch();

  constructor(
    private readonly scenario: ScenarioPage,
    private readonly example: Example,
    private readonly steps: readonly Step[],
  ) {
    this.#full = fullSpanOf(scenario, example);
    this.#focus = focusOf(scenario, example);
    this.#view = this.#focus;
    const said = `${this.#id}-said`;
    this.#holder = h('div.canvas', {
      tabindex: 0,
      role: 'group',
      'aria-roledescription': 'picture in space and time',
      'aria-label': `Picture of ${example.sentence}`,
      'aria-describedby': said,
      onwheel: (event: WheelEvent) => this.#wheel(event),
      onkeydown: (event: KeyboardEvent) => this.#key(event),
      ondblclick: () => this.#show(this.#focus),
      onpointerdown: (event: PointerEvent) => this.#press(event),
      onpointermove: (event: PointerEvent) => this.#drag(event),
      onpointerup: (event: PointerEvent) => this.#release(event),
      onpointercancel: (event: PointerEvent) => this.#release(event),
    });
    this.#detail = h('p.detail', { 'aria-live': 'polite' });
    this.#say('Click a call or a content of the file to read all of it.');
    const button = (name: string, sign: string, act: () => void) =>
      h('button', { type: 'button', 'aria-label': name, title: name, onclick: act }, sign);
    this.element = h(
      'div.picture',
      null,
      this.#holder,
      h('p.sr', { id: said }, storyText(steps)),
      h(
        'div.under',
        null,
        legendOf(scenario, example),
        h(
          'span.zoom',
          null,
          button('Zoom in', '+', () => this.#zoom(0.6, 0.5)),
          button('Zoom out', '−', () => this.#zoom(1.6, 0.5)),
          button('Show all that is recorded around it', '↔', () => this.#show(this.#full)),
          button('Back to the first view', '⟲', () => this.#show(this.#focus)),
        ),
      ),
      this.#detail,
    );
    drawLazily(this.#holder, (width) => {
      this.#width = width;
      this.#draw();
    });
  }

  #draw(): void {
    const { width, height, left, marks } = compose(
      this.scenario,
      this.example,
      this.steps,
      this.#view,
      this.#width,
      this.#id,
    );
    this.#left = left;
    const svg = s('svg.spacetime', {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'aria-hidden': 'true',
    });
    svg.append(...drawMarks(marks, (detail) => this.#say(detail)));
    this.#holder.replaceChildren(svg);
  }

  #say(text: string): void {
    this.#detail.textContent = text;
  }

  #show({ from, to }: Span): void {
    const length = Math.min(Math.max(20, to - from), this.#full.to - this.#full.from);
    const start = Math.min(Math.max(from, this.#full.from), this.#full.to - length);
    this.#view = { from: start, to: start + length };
    this.#draw();
  }

  #zoom(factor: number, around: number): void {
    const { from, to } = this.#view;
    const middle = from + around * (to - from);
    const length = Math.max(20, (to - from) * factor);
    this.#show({ from: middle - around * length, to: middle + (1 - around) * length });
  }

  #pan(share: number): void {
    const { from, to } = this.#view;
    const by = share * (to - from);
    this.#show({ from: from + by, to: to + by });
  }

  #share({ clientX }: MouseEvent): number {
    const { left } = this.#holder.getBoundingClientRect();
    return Math.min(1, Math.max(0, (clientX - left - this.#left) / (this.#width - this.#left)));
  }

  #wheel(event: WheelEvent): void {
    const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (!event.ctrlKey && !event.metaKey && !isSideways) return;
    event.preventDefault();
    if (isSideways) this.#pan(event.deltaX / this.#width);
    else this.#zoom(event.deltaY > 0 ? 1.25 : 0.8, this.#share(event));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts: Readonly<Record<string, () => void>> = {
      '+': () => this.#zoom(0.7, 0.5),
      '=': () => this.#zoom(0.7, 0.5),
      '-': () => this.#zoom(1.4, 0.5),
      '0': () => this.#show(this.#focus),
      ArrowLeft: () => this.#pan(-0.15),
      ArrowRight: () => this.#pan(0.15),
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** With a finger the page is scrolled, and with two the picture is zoomed. */
  #press(event: PointerEvent): void {
    if (event.pointerType === 'touch') {
      // What they have touched is drawn anew meanwhile. One alone may be a click on it.
      for (const finger of this.#pinch.press(event.pointerId, this.#share(event), this.#view))
        this.#holder.setPointerCapture(finger);
      return;
    }
    if (event.button !== 0) return;
    this.#brush = {
      from: this.#share(event),
      to: undefined,
      rect: s('rect.brush', { y: 0, height: '100%' }),
    };
  }

  #drag(event: PointerEvent): void {
    const pinched = this.#pinch.move(event.pointerId, this.#share(event));
    if (pinched !== undefined) this.#show(pinched);
    const brush = this.#brush;
    if (brush === undefined) return;
    const now = this.#share(event);
    if (brush.to === undefined && Math.abs(now - brush.from) < 0.01) return;
    if (brush.to === undefined) this.#holder.setPointerCapture(event.pointerId);
    brush.to = now;
    const wide = this.#width - this.#left;
    brush.rect.setAttribute('x', String(this.#left + Math.min(brush.from, now) * wide));
    brush.rect.setAttribute('width', String(Math.abs(now - brush.from) * wide));
    if (!brush.rect.isConnected) this.#holder.firstElementChild?.append(brush.rect);
  }

  #release({ pointerId }: PointerEvent): void {
    this.#pinch.release(pointerId);
    const brush = this.#brush;
    this.#brush = undefined;
    brush?.rect.remove();
    if (brush?.to === undefined || Math.abs(brush.to - brush.from) < 0.01) return;
    const { from, to } = this.#view;
    const moment = (share: number) => from + share * (to - from);
    this.#show({
      from: moment(Math.min(brush.from, brush.to)),
      to: moment(Math.max(brush.from, brush.to)),
    });
  }
}

/** Only the signs that this picture has. */
function legendOf(scenario: ScenarioPage, example: Example): HTMLElement {
  const { gone, eraser, suspects } = castOf(scenario, example);
  const facts = new Facts(scenario);
  const near = facts.contentsIn(example).filter(({ from }) => from >= example.from);
  const id = `l${++pictures}`;
  const sign = (draw: SVGElement[], text: string) =>
    h('span', null, s('svg', { width: 24, height: 12, 'aria-hidden': 'true' }, draw), text);
  const line = (kind: string) => [s(`path.${kind}`, { d: 'M1 6H23' })];
  const hatch = [
    s(
      'pattern',
      { id, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      s('rect.hatch-back', { width: 6, height: 6 }),
      s('line.hatch-line', { x1: 0, x2: 0, y1: 0, y2: 6 }),
    ),
    s('rect', { y: 1, width: 24, height: 10, fill: `url(#${id})` }),
  ];
  const hasArrows = eraser !== undefined && gone !== undefined;
  const isSure = example.isCertain || suspects.length === 1;
  return h(
    'p.signs',
    null,
    isLoss(example) && gone !== undefined && sign(hatch, 'acknowledged: must stay'),
    hasArrows && sign(line('stale'), 'the older copy: read, written back'),
    hasArrows &&
      example.base !== null &&
      !example.isBaseExact &&
      sign(line('stale.inferred'), 'inferred by the judge'),
    hasArrows && !isSure && sign(line('stale.probable'), 'another call may have done it'),
    near.some(({ seen, next }) => seen !== null && next !== null && next - seen > 100) &&
      sign(
        [s('g.content.before', null, s('rect.unseen', { x: 1, y: 1, width: 22, height: 10 }))],
        'not looked at',
      ),
    near.some(({ missed }) => missed > 0) &&
      sign([s('line.missed', { x1: 12, x2: 12, y1: 0, y2: 12 })], 'contents were missed'),
    near.some(({ broken }) => broken !== null) &&
      sign([s('g.content.broken', null, s('rect', { x: 1, y: 1, width: 22, height: 10 }))], 'empty or torn'),
    !facts.hasContents && h('span', null, 'no content of the file was recorded'),
    example.leftOut > 0 &&
      h(
        'span',
        null,
        `${plural(example.leftOut, 'call or content', 'calls and contents')} around it left out`,
      ),
  );
}
