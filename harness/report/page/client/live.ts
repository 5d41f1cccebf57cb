import type { StressPage } from '../data.js';
import type { LiveProgress } from '../live-progress.js';
import { h } from './dom.js';
import type { StressView } from './stress.js';

/** Follows a run: its numbers as they come, and the page anew when a scenario ends. */
export function listen(address: string, page: HTMLElement, view: StressView): void {
  const bar = h('progress', { max: 1, value: 0, 'aria-label': 'How much of the run is done' });
  const text = h('p', { role: 'status' }, 'Waiting for the first scenario');
  const banner = h(
    'aside.live',
    { 'aria-label': 'The run goes on' },
    h('span.pulse', { 'aria-hidden': 'true' }),
    text,
    bar,
  );
  page.prepend(banner);
  const source = new EventSource(address);
  source.addEventListener('progress', ({ data }) => {
    const { label, position, of, elapsedMs, durationMs, acknowledged, faults, isJudging }: LiveProgress =
      JSON.parse(data);
    const what = isJudging
      ? `judging ${label}`
      : `${label}: ${acknowledged} acknowledged${faults > 0 ? `, ${faults} faults` : ''}`;
    text.textContent = `${position + 1} of ${of}, ${Math.floor(elapsedMs / 1000)} s of ${Math.round(durationMs / 1000)}: ${what}`;
    bar.value = Math.min(1, elapsedMs / durationMs);
  });
  source.addEventListener('page', ({ data }) => {
    const newer: StressPage = JSON.parse(data);
    document.title = newer.title;
    view.update(newer);
  });
  source.addEventListener('end', ({ data }) => {
    source.close();
    banner.classList.add('ended');
    text.textContent = JSON.parse(data).text;
    bar.remove();
  });
  source.onerror = () => {
    if (banner.classList.contains('ended')) return;
    text.textContent = 'The run does not answer any more. What is here is what it had told.';
    banner.classList.add('ended');
  };
  source.onopen = () => banner.classList.remove('ended');
}
