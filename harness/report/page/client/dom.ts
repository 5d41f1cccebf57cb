import type { Mark } from './scene/marks.js';

const svgNames = 'http://www.w3.org/2000/svg';

type Value = string | number | boolean | null | undefined | ((event: never) => unknown);
export type Attributes = Readonly<Record<string, Value>>;
export type Child = Node | string | null | undefined | false | readonly Child[];

/** Makes an element: `h('p.note', { title: 'x' }, 'text', child)`. Text is text, whatever is in it. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name | `${Name}.${string}`,
  attributes?: Attributes | null,
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const [tag = ''] = name.split('.');
  return fill(document.createElement(tag), name, attributes, children) as HTMLElementTagNameMap[Name];
}

/** The same for a part of a picture. */
export function s(name: string, attributes?: Attributes | null, ...children: Child[]): SVGElement {
  const [tag = ''] = name.split('.');
  return fill(document.createElementNS(svgNames, tag) as SVGElement, name, attributes, children);
}

function fill<E extends Element>(
  element: E,
  name: string,
  attributes: Attributes | null | undefined,
  children: readonly Child[],
): E {
  const classes = name.split('.').slice(1).join(' ');
  if (classes) element.setAttribute('class', classes);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value as EventListener);
    else if (value !== undefined && value !== null && value !== false)
      element.setAttribute(key, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child as Node | string);
  }
}

/** Draws what a scene says. @param onDetail called with what was clicked */
export function drawMarks(marks: readonly Mark[], onDetail?: (detail: string) => void): SVGElement[] {
  return marks.map(({ tag, attributes, children = [], text, title, detail }) => {
    const element = s(tag, attributes, text, drawMarks(children, onDetail));
    if (title !== undefined) element.append(s('title', null, title));
    if (detail !== undefined && onDetail !== undefined)
      element.addEventListener('click', () => onDetail(detail));
    return element;
  });
}

/** Draws when it comes near the view, and again when its width changes: a page of a hundred pictures opens at once. */
export function drawLazily(element: Element, draw: (width: number) => void): void {
  let width = 0;
  let isNear = false;
  const again = () => {
    const now = Math.floor(element.clientWidth);
    if (!isNear || now === 0 || now === width) return;
    width = now;
    draw(width);
  };
  const near = new IntersectionObserver(
    (entries) => {
      isNear ||= entries.some(({ isIntersecting }) => isIntersecting);
      again();
    },
    { rootMargin: '600px' },
  );
  near.observe(element);
  new ResizeObserver(again).observe(element);
}

/** A line to copy. */
export function commandLine(text: string): HTMLElement {
  const said = h('span.sr', { role: 'status' });
  const button = h('button', { type: 'button', onclick: copy }, 'Copy');
  return h('div.command', null, h('code', { tabindex: 0 }, text), button, said);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A page from a file may not reach the clipboard this way in every browser.
      const area = h('textarea', null, text);
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
    }
    button.textContent = 'Copied';
    said.textContent = 'The command was copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1500);
  }
}

/** What the address names. One that was cut, or typed, may be no text at all. */
export function addressed(): string {
  const name = location.hash.slice(1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
