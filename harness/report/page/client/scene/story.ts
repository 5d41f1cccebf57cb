import type { Example, ScenarioPage } from '../../data.js';
import { at, callText, plural } from '../words.js';
import { castOf, isLoss } from './facts.js';

/** One sentence of what happened. */
export interface Step {
  number: number;
  /** In microseconds. Null for what was so from the start. */
  at: number | null;
  /** Where its number stands in the picture. */
  place: 'read' | 'victim' | 'gone' | 'witness';
  isBad: boolean;
  /** Its words; code where a name is meant, bold where the point is. */
  text: readonly Part[];
}

export type Part = string | { code: string } | { bold: string };

/** What happened, in the order in which it happened. The numbers are those of the picture. */
export function storyOf(scenario: ScenarioPage, example: Example): Step[] {
  const { victim, eraser, suspects, others, gone, base } = castOf(scenario, example);
  const steps: Omit<Step, 'number'>[] = [];
  const add = (place: Step['place'], time: number | null, isBad: boolean, ...text: Part[]) =>
    steps.push({ place, at: time, isBad, text });
  const key = example.key === null ? 'the entry' : { code: example.key };

  if (victim !== undefined) {
    const answer =
      victim.outcome === 'ok' && isLoss(example)
        ? ' and it is acknowledged. From here on it must stay.'
        : `: ${victim.answer}.`;
    add(
      'victim',
      victim.end ?? victim.begin,
      false,
      { bold: victim.client },
      ' asks for ',
      { code: callText(victim) },
      answer,
    );
  } else if (isLoss(example)) {
    add('victim', null, false, key, ' was there before the run, and no client touches it. It must stay.');
  }
  if (eraser !== undefined && isLoss(example)) {
    const origin: Part[] =
      base !== undefined
        ? base.broken === null
          ? [
              example.isBaseExact ? ', and says that it had read ' : ', based on ',
              { bold: `v${base.version}` },
              ', a copy without it.',
            ]
          : [' from ', { bold: `v${base.version}` }, ` (${base.broken}), which it takes for no entries.`]
        : example.base !== null
          ? [`, based on v${example.base}, which lies outside this picture.`]
          : ['. Which content it had read was not seen.'];
    const readAt =
      base === undefined
        ? eraser.begin
        : Math.max(eraser.begin, Math.min(base.from, gone?.from ?? base.from));
    add('read', readAt, true, { bold: eraser.client }, ' begins to ', { code: callText(eraser) }, ...origin);
  } else if (eraser !== undefined && gone !== undefined) {
    add('read', eraser.begin, true, { bold: eraser.client }, ' begins to ', { code: callText(eraser) }, '.');
  }
  if (gone !== undefined) {
    const who: Part[] =
      eraser === undefined
        ? ['No single call is known to have done it: ']
        : example.isCertain
          ? ['It writes: ']
          : suspects.length === 1
            ? ['Probably it writes: ']
            : [`It, or one of ${plural(suspects.length - 1, 'other call')} under way, writes: `];
    const what: Part[] =
      gone.broken === null
        ? [
            { bold: `v${gone.version}` },
            ` has ${plural(gone.entries, 'entry', 'entries')}${isLoss(example) ? ', and ' : '.'}`,
          ]
        : [{ bold: `v${gone.version}` }, `: ${gone.broken}.`];
    const point: Part[] = gone.broken === null && isLoss(example) ? [key, { bold: ' is gone.' }] : [];
    add('gone', gone.from, true, ...who, ...what, ...point);
  }
  const [witness] = others;
  if (witness !== undefined && (gone === undefined || !isLoss(example))) {
    const time = witness.end ?? witness.begin;
    add(
      'witness',
      time,
      true,
      { bold: witness.client },
      ' asks for ',
      { code: callText(witness) },
      `: ${witness.answer}.`,
    );
  }
  return steps
    .sort((a, b) => (a.at ?? Number.NEGATIVE_INFINITY) - (b.at ?? Number.NEGATIVE_INFINITY))
    .map((step, index) => ({ ...step, number: index + 1 }));
}

/** The story as one text: what a screen reader says of the picture. */
export function storyText(steps: readonly Step[]): string {
  const words = (part: Part) => (typeof part === 'string' ? part : 'code' in part ? part.code : part.bold);
  return steps
    .map(
      ({ number, at: time, text }) =>
        `${number}. ${time === null ? '' : `${at(time)}: `}${text.map(words).join('')}`,
    )
    .join(' ');
}
