import type { Example, FaultRow, ScenarioPage } from '../../data.js';
import { lengthOf, niceStep, plural } from '../words.js';
import { drawArrows } from './arrows.js';
import { drawCalls } from './calls.js';
import { type Call, type Cast, castOf, Facts, type Span } from './facts.js';
import { drawFile, drawValue } from './file.js';
import { type Lanes, lanesOf } from './lanes.js';
import { fitting, type Mark, mark, widthOf } from './marks.js';
import type { Step } from './story.js';

/** What the parts of a picture are drawn with. */
export interface Sheet {
  scenario: ScenarioPage;
  example: Example;
  facts: Facts;
  cast: Cast;
  /** All that are under way in the view, drawn or not. */
  calls: readonly Call[];
  lanes: Lanes;
  steps: readonly Step[];
  view: Span;
  isNarrow: boolean;
  left: number;
  right: number;
  /** Where a moment is. */
  x: (time: number) => number;
  /** The same, kept inside the picture. */
  inside: (time: number) => number;
  /** Tells this picture's patterns and arrow heads from those of others. */
  id: string;
}

export interface Picture {
  width: number;
  height: number;
  left: number;
  marks: Mark[];
}

/** Below this width, in pixels, names stand above their lanes. */
export const narrowBelow = 560;
const gutter = 116;

/** Lays out one violation: all that is drawn of it, and where. Time goes to the right and is true to scale. */
export function compose(
  scenario: ScenarioPage,
  example: Example,
  steps: readonly Step[],
  view: Span,
  width: number,
  id: string,
): Picture {
  const isNarrow = width < narrowBelow;
  const left = isNarrow ? 0 : gutter;
  const right = width - 2;
  const x = (time: number) => left + ((time - view.from) / (view.to - view.from)) * (right - left);
  const facts = new Facts(scenario);
  const known = { example, facts, cast: castOf(scenario, example), calls: facts.callsIn(view), isNarrow };
  const sheet: Sheet = {
    ...known,
    scenario,
    lanes: lanesOf(known),
    steps,
    view,
    left,
    right,
    x,
    inside: (time) => Math.min(right, Math.max(left, x(time))),
    id,
  };
  const { bottom } = sheet.lanes;
  const height = bottom + (example.stuckAt === null ? 26 : 40);
  const clip = { 'clip-path': `url(#${id}-clip)` };
  return {
    width,
    height,
    left,
    marks: [
      mark('defs', {}, { children: definitions(sheet, height) }),
      mark('g', clip, { children: [...gridOf(sheet), ...railsOf(sheet), ...faultsOf(sheet)] }),
      mark('g', clip, { children: [...drawCalls(sheet), ...drawFile(sheet), ...drawValue(sheet)] }),
      mark('g.labels', {}, { children: ticksOf(sheet, height) }),
      mark('g.arrows', clip, { children: [...failureOf(sheet), ...drawArrows(sheet)] }),
      // On a phone they stand above their lanes, where an arrow may lead through.
      mark('g.labels', {}, { children: namesOf(sheet) }),
    ],
  };
}

function definitions({ id, left, right }: Sheet, height: number): Mark[] {
  const head = (name: string, size: number) =>
    mark(
      `marker`,
      {
        id: `${id}-${name}`,
        viewBox: '0 0 8 8',
        refX: 7,
        refY: 4,
        markerWidth: size,
        markerHeight: size,
        orient: 'auto',
      },
      { children: [mark(`path.head-${name}`, { d: 'M0 0.6L8 4L0 7.4Z' })] },
    );
  return [
    mark(
      'clipPath',
      { id: `${id}-clip` },
      { children: [mark('rect', { x: left, y: 0, width: right - left, height })] },
    ),
    mark(
      'pattern',
      {
        id: `${id}-hatch`,
        width: 6,
        height: 6,
        patternUnits: 'userSpaceOnUse',
        patternTransform: 'rotate(45)',
      },
      {
        children: [
          mark('rect.hatch-back', { width: 6, height: 6 }),
          mark('line.hatch-line', { x1: 0, x2: 0, y1: 0, y2: 6 }),
        ],
      },
    ),
    head('bad', 7),
    head('calm', 6),
  ];
}

function stepOf({ view, left, right, isNarrow }: Sheet): number {
  return niceStep(((view.to - view.from) / (right - left)) * (isNarrow ? 76 : 100));
}

function momentsOf(sheet: Sheet): number[] {
  const { view } = sheet;
  const step = stepOf(sheet);
  const moments: number[] = [];
  for (let time = Math.ceil(view.from / step) * step; time <= view.to; time += step) moments.push(time);
  return moments;
}

function gridOf(sheet: Sheet): Mark[] {
  const { x, lanes } = sheet;
  return momentsOf(sheet).map((time) =>
    mark('line.grid', { x1: x(time), x2: x(time), y1: 19, y2: lanes.bottom }),
  );
}

function ticksOf(sheet: Sheet, height: number): Mark[] {
  const { x, left, right, isNarrow } = sheet;
  const step = stepOf(sheet);
  const digits = Math.max(0, Math.min(3, -Math.floor(Math.log10(step / 1e3))));
  const ticks = momentsOf(sheet).map((time) => {
    const place = x(time);
    const anchor = place > right - 30 ? 'end' : place < left + 30 ? 'start' : 'middle';
    return mark(
      'text.tick',
      { x: place, y: 12, 'text-anchor': anchor },
      { text: (time / 1e3).toFixed(digits) },
    );
  });
  const y = height - 8;
  const bar = (step / (sheet.view.to - sheet.view.from)) * (right - left);
  const scale = lengthOf(step);
  return [
    ...ticks,
    ...(isNarrow
      ? []
      : [mark('text.tick', { x: left - 12, y: 12, 'text-anchor': 'end' }, { text: 'ms since start' })]),
    mark('path.scale', { d: `M${right - bar} ${y - 4}v8m0 -4H${right - 1}m0 -4v8` }),
    mark('text.tick', { x: right - bar - 6, y: y + 4, 'text-anchor': 'end' }, { text: scale }),
  ];
}

function railsOf({ lanes, left, right }: Sheet): Mark[] {
  return lanes.all
    .filter(({ kind }) => kind === 'process' || kind === 'neighbour')
    .map(({ y, tall }) => mark('line.rail', { x1: left, x2: right, y1: y + tall / 2, y2: y + tall / 2 }));
}

function namesOf({ lanes, left, right, isNarrow, example }: Sheet): Mark[] {
  const marks: Mark[] = [];
  for (const { name, note, kind, y, tall } of lanes.all) {
    if (kind === 'neighbour') {
      if (!isNarrow)
        marks.push(mark('text.note', { x: left - 12, y: y + 8.5, 'text-anchor': 'end' }, { text: name }));
      continue;
    }
    if (isNarrow) {
      const text = fitting(kind === 'value' ? `the entry ${example.key ?? ''}` : name, right - 2);
      marks.push(mark(kind === 'value' ? 'text.note' : 'text.lane', { x: 2, y: y - 4 }, { text }));
      continue;
    }
    const middle = y + tall / 2;
    const place = { x: left - 12, 'text-anchor': 'end' };
    if (name !== '')
      marks.push(mark('text.lane', { ...place, y: middle + (note === '' ? 4 : -1) }, { text: name }));
    if (note !== '')
      marks.push(mark('text.note', { ...place, y: middle + (name === '' ? 4 : 12) }, { text: note }));
  }
  const neighbours = lanes.all.filter(({ kind }) => kind === 'neighbour');
  const [first] = neighbours;
  if (isNarrow && first !== undefined) {
    const text = `meanwhile: ${neighbours.map(({ name }) => name).join(', ')}`;
    marks.push(mark('text.note', { x: 2, y: first.y - 5 }, { text: fitting(text, right - 2) }));
  }
  if (lanes.unshown.length > 0 && !isNarrow)
    marks.push(
      mark(
        'text.note',
        { x: left - 12, y: lanes.bottom + 12, 'text-anchor': 'end' },
        { text: `${lanes.unshown.length} more` },
      ),
    );
  return marks;
}

const faultWords: Readonly<Record<string, string>> = {
  kill: 'killed (SIGKILL)',
  pause: 'stopped (SIGSTOP)',
  corrupt: 'the file was damaged',
  'stale-rewrite': 'the file was rewritten from an older copy',
  misread: 'the file was taken for empty',
  plant: 'a hostile user changed the directory',
  'power-loss': 'the machine lost its power',
};

export const faultText = ([kind, , , client, detail]: FaultRow): string =>
  [client, faultWords[kind] ?? kind, detail].filter((part) => part !== '').join(' ');

function faultsOf(sheet: Sheet): Mark[] {
  const { scenario, lanes, view, x, inside, isNarrow } = sheet;
  const start = 0;
  return (scenario.overview?.faults ?? []).flatMap((fault) => {
    const [kind, from, to, client, , op] = fault;
    if (to + start < view.from || from > view.to) return [];
    const lane = lanes.ofClient.get(client) ?? (client === '' ? lanes.file : undefined);
    if (lane === undefined) return [];
    const title = `${faultText(fault)}${op === '' ? '' : `, during ${op}`}`;
    const [begin, end] = [inside(from), inside(to)];
    if (kind === 'pause') {
      const wide = Math.max(2, end - begin);
      const words = `stopped for ${lengthOf(to - from)}`;
      const hasRoom = lane.kind === 'process' && !isNarrow && wide > widthOf(words) + 8;
      return [
        mark('rect.fault-band', { x: begin, y: lane.y - 5, width: wide, height: lane.tall + 10 }, { title }),
        mark('rect.fault-strip', { x: begin, y: lane.y + lane.tall + 1, width: wide, height: 4 }),
        ...(hasRoom
          ? [mark('text.fault-text', { x: begin + 3, y: lane.y + lane.tall + 15 }, { text: words })]
          : []),
      ];
    }
    const middle = lane.y + lane.tall / 2;
    const shape =
      kind === 'kill'
        ? `M${x(from) - 4} ${middle - 4}l8 8m0 -8l-8 8`
        : `M${x(from)} ${middle - 5}l5 5l-5 5l-5 -5Z`;
    return [
      mark('line.fault-line', { x1: x(from), x2: x(from), y1: lane.y - 5, y2: lane.y + lane.tall + 5 }),
      mark(`path.fault-${kind === 'kill' ? 'kill' : 'file'}`, { d: shape }, { title }),
    ];
  });
}

/** From here no order of the calls explains what was seen. */
function failureOf({ example, lanes, x, view, left, right, isNarrow }: Sheet): Mark[] {
  const { stuckAt } = example;
  if (stuckAt === null || stuckAt < view.from || stuckAt > view.to) return [];
  const text = isNarrow ? 'no order left' : 'from here no order of the calls is left';
  const place = x(stuckAt);
  const isLeft = place + widthOf(text) + 8 > right;
  const after = plural(example.stuckAfter.length, 'call');
  const title = `The calls before can be put in an order that explains what they found${example.stuckAfter.length > 0 ? ` (${after})` : ''}; with what was seen here they can not.`;
  if (isLeft && place - widthOf(text) - 8 < left) return [];
  return [
    mark('line.stuck', { x1: place, x2: place, y1: 19, y2: lanes.bottom + 15 }, { title }),
    mark(
      'text.stuck-text',
      { x: place + (isLeft ? -6 : 6), y: lanes.bottom + 14, 'text-anchor': isLeft ? 'end' : 'start' },
      { text, title },
    ),
  ];
}
