import type { Sheet } from './compose.js';
import { type Mark, mark, widthOf } from './marks.js';

interface Point {
  x: number;
  y: number;
}

interface Ends {
  from: Point;
  to: Point;
}

/** Who put what where: down from the writer into the file, down from an old content to the eraser, and up again. */
export function drawArrows(sheet: Sheet): Mark[] {
  const marks: Mark[] = [...commitArrow(sheet), ...eraserArrows(sheet)];
  for (const step of sheet.steps) {
    if (step.place !== 'victim' && step.place !== 'witness') continue;
    const call = step.place === 'victim' ? sheet.cast.victim : sheet.cast.others[0];
    const lane = call && sheet.lanes.ofClient.get(call.client);
    if (call === undefined || lane === undefined) continue;
    const time = call.end ?? call.begin;
    if (time < sheet.view.from || time > sheet.view.to) continue;
    const isAbove = sheet.lanes.file === undefined || lane.y < sheet.lanes.file.y;
    const y = isAbove ? lane.y - 10 : lane.y + lane.tall + 10;
    const x = clamp(sheet, sheet.x(time) + (isAbove ? 4 : 0));
    marks.push(numberAt(step.number, { x, y }, step.isBad));
  }
  return marks;
}

function commitArrow({ cast, lanes, inside, id }: Sheet): Mark[] {
  const { victim, firstSeenAt: firstSeen } = cast;
  const lane = victim && lanes.ofClient.get(victim.client);
  if (victim === undefined || lane === undefined || lanes.file === undefined || firstSeen === undefined)
    return [];
  const to = inside(Math.max(firstSeen, victim.begin)) + 3;
  const end = victim.end ?? victim.begin;
  const from = Math.min(inside(end) - 1, Math.max(inside(victim.begin) + 1, to));
  return [
    mark('path.commit', {
      d: `M${from} ${lane.y + lane.tall}L${to} ${lanes.file.y - 1}`,
      'marker-end': `url(#${id}-calm)`,
      'data-arrow': 'commit',
    }),
  ];
}

function eraserArrows(sheet: Sheet): Mark[] {
  const { cast, lanes, inside, id, example, view, steps } = sheet;
  const { eraser, base, gone, victim } = cast;
  const lane = eraser && lanes.ofClient.get(eraser.client);
  if (lanes.file === undefined || gone === undefined) return [];
  const goneBegin = inside(gone.from);
  const goneEnd = gone.next === null ? goneBegin + 12 : inside(gone.next);
  const goneX = goneBegin + Math.min(7, Math.max(1, (goneEnd - goneBegin) / 2));
  const goneStep = steps.find(({ place }) => place === 'gone');
  if (eraser === undefined || lane === undefined) {
    const isHere = gone.from >= view.from && gone.from <= view.to;
    if (goneStep === undefined || !isHere) return [];
    return [
      numberAt(
        goneStep.number,
        { x: clamp(sheet, goneX + 10), y: lanes.file.y + lanes.file.tall + 13 },
        true,
      ),
    ];
  }
  const isOwn = eraser.client === victim?.client;
  // An eraser that is the writer itself is above the file: its arrows go there.
  const edge = isOwn ? lane.y + lane.tall + 1 : lane.y - 1;
  const wall = isOwn ? lanes.file.y - 1 : lanes.file.y + lanes.file.tall + 1;
  const begin = inside(eraser.begin);
  const end = inside(eraser.end ?? gone.until);
  // It can't have read what was not there yet.
  const readX = Math.min(
    Math.max(begin + Math.min(6, (end - begin) / 3), inside(base?.from ?? 0) + 3),
    end - 2,
  );
  const leaveX = Math.min(end - 2, Math.max(begin + 3, goneX));
  const certainty = example.isCertain || cast.suspects.length === 1 ? '' : '.probable';
  const marks: Mark[] = [];
  const readStep = steps.find(({ place }) => place === 'read');
  const room = Math.abs(leaveX + goneX - 2 * readX) / 2;
  const label = { sheet, room, isQuiet: isOwn };
  if (base !== undefined) {
    const [blockBegin, blockEnd] = [inside(base.from), inside(base.next ?? view.to)];
    const x = Math.min(Math.max(readX, blockBegin + 3), Math.max(blockBegin + 3, blockEnd - 4));
    const ends = { from: { x, y: wall }, to: { x: readX, y: edge } };
    const text = `based on v${base.version}`;
    marks.push(
      arrow(example.isBaseExact ? 'stale' : 'stale.inferred', ends, id, 'read'),
      ...labelled({ ...label, count: readStep?.number, text, side: 'left' }, ends),
    );
  } else {
    const ends = { from: { x: readX, y: wall }, to: { x: readX, y: edge } };
    marks.push(
      arrow('stale.unknown', ends, id, 'read'),
      ...labelled({ ...label, count: readStep?.number, text: 'what it read: not seen', side: 'left' }, ends),
    );
  }
  if (gone.from <= view.to && gone.from >= view.from) {
    const ends = { from: { x: leaveX, y: edge }, to: { x: goneX, y: wall } };
    marks.push(
      arrow(`stale${certainty}`, ends, id, 'write'),
      ...labelled({ ...label, count: goneStep?.number, text: `v${gone.version}`, side: 'right' }, ends),
    );
  }
  return marks;
}

function arrow(kind: string, { from, to }: Ends, id: string, name: string): Mark {
  const middle = (from.y + to.y) / 2;
  return mark(`path.${kind}`, {
    d: `M${from.x} ${from.y}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`,
    'marker-end': `url(#${id}-bad)`,
    'data-arrow': name,
  });
}

/** A number on an arrow, and its words. */
interface Label {
  sheet: Sheet;
  count: number | undefined;
  text: string;
  /** Pixels to the next arrow. */
  room: number;
  side: 'left' | 'right';
  isQuiet: boolean;
}

/** A number on an arrow, and what it means beside it, on the side that has room. */
function labelled({ sheet, count, text, room, side, isQuiet }: Label, { from, to }: Ends): Mark[] {
  const { left, right, isNarrow } = sheet;
  const near = Math.max(0, 20 - room) / 2;
  const x = (from.x + to.x) / 2;
  const y = (from.y + to.y) / 2;
  const place = clamp(sheet, side === 'left' ? x - near : x + near);
  const marks = count === undefined ? [] : [numberAt(count, { x: place, y }, true)];
  if (isQuiet || isNarrow) return marks;
  const need = widthOf(text) + 14;
  const toLeft = side === 'left' ? place - need > left : place + need > right;
  const anchor = toLeft ? 'end' : 'start';
  if (!toLeft && side === 'left' && need > room + 6) return marks;
  // An arrow that leans passes above its middle on one side, and below it on the other.
  const [upper, lower] = from.y < to.y ? [from, to] : [to, from];
  const lean = upper.x - lower.x;
  const isAbove = lean > 0 !== toLeft;
  const shift = Math.abs(lean) < 14 ? 0 : isAbove ? 10 : -8;
  const at = { x: place + (toLeft ? -13 : 13), y: y + 4 + shift, 'text-anchor': anchor };
  return [...marks, mark('text.arrow-text', at, { text })];
}

function clamp({ left, right }: Sheet, x: number): number {
  return Math.min(right - 10, Math.max(left + 10, x));
}

function numberAt(count: number, { x, y }: Point, isBad: boolean): Mark {
  return mark(
    isBad ? 'g.step.bad' : 'g.step',
    { 'data-step': count },
    {
      children: [
        mark('circle', { cx: x, cy: y, r: 8.5 }),
        mark('text', { x, y: y + 3.8, 'text-anchor': 'middle' }, { text: String(count) }),
      ],
    },
  );
}
