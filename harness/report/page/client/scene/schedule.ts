import type { FailurePage, StepRow } from '../../data.js';
import { characterWidth, fitting, type Mark, mark } from './marks.js';

/** A schedule as a picture: time goes down, a column for each process, and the file between the first and the others. */
export interface SchedulePicture {
  height: number;
  marks: Mark[];
}

interface Column {
  name: string;
  x: number;
  wide: number;
}

interface Sheet {
  failure: FailurePage;
  columns: readonly Column[];
  file: Column;
  yOf: (row: number) => number;
  id: string;
}

const rowHeight = 27;
const boxHeight = 21;
const top = 34;
const gap = 26;
/** Of the fixed pitch font of calls. */
const monospaced = 6.7;

export function composeSchedule(failure: FailurePage, width: number, id: string): SchedulePicture {
  const isNarrow = width < 620;
  const numbers = isNarrow ? 34 : 40;
  const between = isNarrow ? 12 : gap;
  const count = failure.lanes.length;
  const room = width - numbers - between * count - 14;
  const fileWide = Math.min(230, Math.floor(room * (count > 2 ? 0.2 : 0.27)));
  const wide = Math.floor((room - fileWide) / count);
  let x = numbers;
  const place = (name: string, size: number): Column => {
    const column = { name, x, wide: size };
    x += size + between;
    return column;
  };
  const first = place(failure.lanes[0] ?? '', wide);
  const file = place('the file', fileWide);
  const columns = [first, ...failure.lanes.slice(1).map((name) => place(name, wide))];
  const yOf = (row: number) => top + row * rowHeight;
  const sheet: Sheet = { failure, columns, file, yOf, id };
  const height = yOf(failure.steps.length) + 6;
  return {
    height,
    marks: [
      mark(
        'defs',
        {},
        { children: [arrowHead(`${id}-bad`, 'head-bad'), arrowHead(`${id}-calm`, 'head-calm')] },
      ),
      ...columnsOf(sheet, height),
      ...contentsOf(sheet, height),
      ...stepsOf(sheet, isNarrow),
      ...pairOf(sheet),
    ],
  };
}

function arrowHead(id: string, kind: string): Mark {
  return mark(
    'marker',
    { id, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
    { children: [mark(`path.${kind}`, { d: 'M0 0.6L8 4L0 7.4Z' })] },
  );
}

function columnsOf({ columns, file }: Sheet, height: number): Mark[] {
  return [...columns, file].flatMap(({ name, x, wide }) => [
    mark('text.lane', { x: x + wide / 2, y: 16, 'text-anchor': 'middle' }, { text: cut(name, wide) }),
    mark('line.rail', { x1: x + wide / 2, x2: x + wide / 2, y1: 24, y2: height }),
  ]);
}

/** What the file held, from the step that made it on. */
function contentsOf({ failure, file, yOf }: Sheet, height: number): Mark[] {
  const changes = failure.steps.flatMap(([, , , text], row) => (text === '' ? [] : [{ row, text }]));
  const spans = [{ row: 0, text: '' }, ...changes];
  return spans.flatMap(({ row, text }, at) => {
    const from = at === 0 ? yOf(0) : yOf(row) + 2;
    const next = spans[at + 1];
    const to = next === undefined ? height - 4 : yOf(next.row) - 1;
    if (to - from < 4) return [];
    const lines = linesOf(text === '' ? 'as before' : text);
    const isBad = /without|damaged/.test(text);
    const state = text === '' ? 'before' : isBad ? 'without' : 'has';
    const shown = lines.slice(0, Math.max(1, Math.floor((to - from - 6) / 14)));
    return [
      mark(
        `g.content.${state}`,
        { 'data-row': row },
        {
          children: [
            mark('rect', { x: file.x, y: from, width: file.wide, height: to - from, rx: 3 }),
            ...shown.map((line, index) =>
              mark(
                index === 0 ? 'text.version' : 'text.entries',
                { x: file.x + file.wide / 2, y: from + 15 + index * 14, 'text-anchor': 'middle' },
                { text: cut(line, file.wide) },
              ),
            ),
          ],
          title: text === '' ? 'What was there before the first step' : text,
          detail: text === '' ? 'What was there before the first step.' : `The file now: ${text}.`,
        },
      ),
    ];
  });
}

/** `v2 {k1} (without anthropic)` as three lines. */
function linesOf(text: string): string[] {
  const [, version = text, entries = '', rest = ''] = /^(v\d+)\s*(\{[^}]*\})?\s*(.*)$/.exec(text) ?? [];
  return [version, entries, rest.replace(/^\((.*)\)$/, '$1')].filter((line) => line !== '');
}

function stepsOf(sheet: Sheet, isNarrow: boolean): Mark[] {
  const { failure, columns, file, yOf, id } = sheet;
  return failure.steps.flatMap(([step, lane, text, changed, site], row) => {
    const column = columns[lane];
    if (column === undefined) return [];
    const y = yOf(row);
    if (step === 0)
      return [
        mark(
          'text.folded-steps',
          { x: column.x + column.wide / 2, y: y + 15, 'text-anchor': 'middle' },
          { text },
        ),
      ];
    const role = roleOf(failure, step, text);
    const shown = cut(text, column.wide - (isNarrow ? 6 : 14), monospaced);
    const marks = [
      mark('text.tick', { x: 2, y: y + 15 }, { text: isNarrow ? String(step) : `T${step}` }),
      mark(
        `g.step-box.${role}`,
        { 'data-step': step, 'data-lane': lane, 'data-role': role },
        {
          children: [
            mark('rect', { x: column.x, y, width: column.wide, height: boxHeight, rx: 3 }),
            mark('text.what', { x: column.x + (isNarrow ? 3 : 8), y: y + 14.5 }, { text: shown }),
          ],
          title: text,
          detail: `T${step}, ${failure.lanes[lane]}: ${text}${site === '' ? '' : `, at ${site}`}${changed === '' ? '' : `. The file then: ${changed}`}.`,
        },
      ),
    ];
    if (changed === '') return marks;
    const isLeft = column.x < file.x;
    const from = isLeft ? column.x + column.wide : column.x;
    const to = isLeft ? file.x - 1 : file.x + file.wide + 1;
    // There the arrow of the pair is, and says as much.
    if (role === 'late') return marks;
    marks.push(
      mark('path.commit', {
        d: `M${from} ${y + boxHeight / 2}H${to}`,
        'marker-end': `url(#${id}-calm)`,
        'data-arrow': 'write',
      }),
    );
    return marks;
  });
}

function roleOf({ pair }: FailurePage, step: number, text: string): 'early' | 'late' | 'fault' | 'plain' {
  if (pair?.[0] === step) return 'early';
  if (pair?.[1] === step) return 'late';
  return /^SIGKILL|SIGSTOP|^\(/.test(text) ? 'fault' : 'plain';
}

/** From the call that comes too early to the one that comes too late: in the other order nothing is lost. */
function pairOf({ failure, columns, file, yOf, id }: Sheet): Mark[] {
  const { pair, steps } = failure;
  if (pair === null) return [];
  const [early, late] = pair.map((step) => steps.findIndex(([one]) => one === step));
  if (early === undefined || late === undefined || early < 0 || late < 0) return [];
  const [from, to] = [early, late].map((row) => columns[(steps[row] as StepRow)[1]]);
  if (from === undefined || to === undefined) return [];
  // Along the gap beside the file, and across it where one content ends: no word is crossed.
  const facesRight = from === columns[0];
  const out = facesRight ? from.x + from.wide : from.x;
  const isSame = from === to;
  const into = isSame ? out : to === columns[0] ? to.x + to.wide : to.x;
  const gapX = facesRight ? file.x - gapOf(from, file) / 2 : from.x - gapOf(from, file) / 2;
  const [y1, y2] = [yOf(early) + boxHeight / 2, yOf(late) + 3];
  const bend = Math.min(7, Math.abs(gapX - out), Math.abs(y2 - y1) / 2);
  const turn = Math.sign(into - gapX);
  const d = [
    `M${out} ${y1}H${gapX + (facesRight ? -bend : bend)}`,
    `Q${gapX} ${y1} ${gapX} ${y1 + bend}V${y2 - bend}`,
    `Q${gapX} ${y2} ${gapX + turn * bend} ${y2}H${into}`,
  ].join('');
  const far = into === to.x ? to.x + to.wide + 5 : to.x - 8;
  return [
    mark('path.stale.pair-arrow', { d, 'marker-end': `url(#${id}-bad)`, 'data-arrow': 'pair' }),
    number(1, { x: facesRight ? from.x - 8 : from.x + from.wide + 5, y: y1 }),
    number(2, { x: far, y: yOf(late) + boxHeight / 2 }),
  ];
}

/** How wide the space between a column and its neighbour towards the file is. */
function gapOf({ x, wide }: Column, file: Column): number {
  return x < file.x ? file.x - x - wide : Math.min(gap, x - file.x - file.wide);
}

function number(count: number, { x, y }: { x: number; y: number }): Mark {
  return mark(
    'g.step.bad',
    { 'data-number': count },
    {
      children: [
        mark('circle', { cx: x, cy: y, r: 8 }),
        mark('text', { x, y: y + 3.8, 'text-anchor': 'middle' }, { text: String(count) }),
      ],
    },
  );
}

const cut = (text: string, wide: number, character = characterWidth * 0.93): string =>
  fitting(text, wide, character);
