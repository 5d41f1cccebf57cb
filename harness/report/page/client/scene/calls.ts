import { at, callText, isWrite, lengthOf } from '../words.js';
import type { Sheet } from './compose.js';
import type { Call } from './facts.js';
import type { Lane } from './lanes.js';
import { fitting, type Mark, mark, widthOf } from './marks.js';

/** What a call is in a picture. */
export type Role = 'victim' | 'eraser' | 'suspect' | 'witness' | 'other';

export function roleOf({ cast }: Pick<Sheet, 'cast'>, { id }: Call): Role {
  if (cast.victim?.id === id) return 'victim';
  if (cast.eraser?.id === id) return 'eraser';
  if (cast.suspects.some((call) => call.id === id)) return 'suspect';
  return cast.others.some((call) => call.id === id) ? 'witness' : 'other';
}

/** The calls of all lanes: those that it is about large, their neighbours in grey. */
export function drawCalls(sheet: Sheet): Mark[] {
  const { calls, lanes } = sheet;
  const drawn = calls.map((call) => ({ call, role: roleOf(sheet, call) }));
  // What it is about lies on top.
  drawn.sort((a, b) => Number(a.role !== 'other') - Number(b.role !== 'other'));
  return drawn.flatMap(({ call, role }) => {
    const lane = lanes.ofClient.get(call.client);
    return lane === undefined ? [] : [drawCall(sheet, call, role, lane)];
  });
}

function drawCall(sheet: Sheet, call: Call, role: Role, lane: Lane): Mark {
  const { inside, right, isNarrow } = sheet;
  const isMain = role !== 'other' && lane.kind === 'process';
  const isWriting = isWrite(call.action);
  const tall = lane.kind === 'neighbour' ? (isWriting ? 9 : 5) : isMain ? lane.tall : isWriting ? 16 : 7;
  const begin = inside(call.begin);
  const end = call.end === null ? right : inside(call.end);
  const wide = Math.max(2.5, end - begin);
  const children = [
    mark('rect', {
      x: begin,
      y: lane.y + (lane.tall - tall) / 2,
      width: wide,
      height: tall,
      rx: Math.min(3, wide / 2),
    }),
  ];
  const text = isNarrow ? call.action : callText(call);
  const isLabelled = role === 'victim' || role === 'eraser' || role === 'witness';
  if (isLabelled && isMain) children.push(...labelOf(sheet, text, begin, wide, lane, role));
  return mark(
    `g.call.${role}.${call.outcome}`,
    { 'data-call': call.id, 'data-role': role },
    {
      children,
      title: `${call.id}: ${callText(call)}, ${at(call.begin)} to ${call.end === null ? 'the end: it never returned' : at(call.end)}`,
      detail: describeCall(call),
    },
  );
}

/** In the bar where it fits, and else beside it. */
function labelOf(
  { left, right, lanes, isNarrow }: Sheet,
  text: string,
  begin: number,
  wide: number,
  lane: Lane,
  role: Role,
): Mark[] {
  const room = widthOf(text) + 12;
  if (wide >= room) return [mark('text.inside', { x: begin + 8, y: lane.y + lane.tall / 2 + 4 }, { text })];
  if (isNarrow) return [];
  const isAbove = lanes.file === undefined || lane.y < lanes.file.y;
  const y = isAbove ? lane.y - 5 : lane.y + lane.tall + 13;
  // The number of the victim stands at the end of its bar.
  const from = role === 'eraser' ? begin : begin + wide + 18;
  const to = Math.min(right - 2, begin + wide) - (role === 'eraser' ? 0 : 12);
  // One that fits on neither side is cut where there is more room.
  const isRight = from + widthOf(text) < right || right - from > to - left;
  const start = Math.max(left + 2, from);
  const shown = fitting(text, isRight ? right - start : to - left);
  return [
    mark(
      `text.beside.${role}`,
      { x: isRight ? start : to, y, 'text-anchor': isRight ? 'start' : 'end' },
      { text: shown },
    ),
  ];
}

/** All of a call, in a sentence. */
export function describeCall(call: Call): string {
  const { id, client, process, begin, end, answer, base, written } = call;
  const length = end === null ? 'it never returned' : `${at(end)} (${lengthOf(end - begin)})`;
  const versions = [
    base === '' ? '' : `its store says that it had read ${base}`,
    written === '' ? '' : `and wrote ${written}`,
  ].filter((part) => part !== '');
  return `${id}, ${client} (pid ${process}): ${callText(call)}, ${at(begin)} to ${length}, ${answer}${versions.length > 0 ? `; ${versions.join(' ')}` : ''}.`;
}
