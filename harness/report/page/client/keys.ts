import { h } from './dom.js';

export interface KeyActions {
  next(): void;
  previous(): void;
  nextExample(): void;
  previousExample(): void;
  toggle(): void;
  search(): void;
  clear(): void;
}

const told: readonly (readonly [string, string])[] = [
  ['j k', 'next and previous group'],
  ['n p', 'next and previous example'],
  ['Enter', 'open or close the group'],
  ['/', 'filter by key, client or operation'],
  ['Esc', 'clear the filter, close this'],
  ['+ − 0 ← →', 'zoom and move the picture that has the focus'],
  ['?', 'these keys'],
];

/** Listens to the keys of the page. */
export function listenToKeys(actions: KeyActions): void {
  const acts: Readonly<Record<string, () => void>> = {
    j: () => actions.next(),
    k: () => actions.previous(),
    n: () => actions.nextExample(),
    p: () => actions.previousExample(),
    Enter: () => actions.toggle(),
    '/': () => actions.search(),
    '?': () => showKeys(),
    Escape: () => actions.clear(),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const on = event.target instanceof Element ? event.target : undefined;
    const isTyping = on?.matches('input, textarea') ?? false;
    if (isTyping && event.key !== 'Escape') return;
    if (event.key === 'Enter' && on?.matches('a, button, summary')) return;
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    if (isTyping && on instanceof HTMLElement) on.blur();
    act();
  });
}

export function showKeys(): void {
  const close = h('button', { type: 'button', onclick: () => dialog.close() }, 'Close');
  const dialog: HTMLDialogElement = h(
    'dialog',
    { 'aria-label': 'Keys', onclose: () => dialog.remove() },
    h('h2', null, 'Keys'),
    h(
      'dl',
      null,
      told.map(([keys, what]) =>
        h(
          'div',
          null,
          h(
            'dt',
            null,
            keys.split(' ').map((key) => h('kbd', null, key)),
          ),
          h('dd', null, what),
        ),
      ),
    ),
    h('p.quiet', null, 'Drag over a picture to zoom into it; Ctrl and the wheel zoom, too.'),
    close,
  );
  document.body.append(dialog);
  dialog.showModal();
}
