import { at, plural } from '../words.js';
import type { Sheet } from './compose.js';
import type { Content } from './facts.js';
import { type Mark, mark, widthOf } from './marks.js';

type State = 'before' | 'has' | 'without' | 'broken';

/** The contents of the file as blocks: when a reader first saw each, until it last did. What was not looked at is a gap. */
export function drawFile(sheet: Sheet): Mark[] {
  const { facts, lanes, view, inside } = sheet;
  if (lanes.file === undefined) return [];
  const here = facts.contentsIn(view);
  const marks: Mark[] = [];
  for (const [place, content] of here.entries()) {
    const following = here[place + 1];
    marks.push(...drawContent(sheet, content));
    if (following === undefined || following.version <= content.version + 1) continue;
    const [from, to] = [inside(content.next ?? content.from), inside(following.from)];
    if (to - from < 1) continue;
    const many = plural(following.version - content.version - 1, 'content');
    const y = lanes.file.y + lanes.file.tall / 2 - 4;
    marks.push(
      mark(
        'rect.folded',
        { x: from, y, width: to - from - 1, height: 8 },
        { title: `${many} seen here and not drawn` },
      ),
    );
  }
  return marks;
}

function stateOf({ example, cast }: Sheet, { version, broken }: Content): State {
  if (broken !== null) return 'broken';
  const gone = cast.gone?.version ?? example.goneIn;
  if (gone !== null && version >= gone) return 'without';
  const { seenIn } = example;
  const since = firstWith(cast, seenIn);
  return since !== undefined && version >= since ? 'has' : 'before';
}

/** The judge names the last content with the entry; it was there since its write was first seen. */
function firstWith(cast: Sheet['cast'], seenIn: number | null): number | undefined {
  if (seenIn === null) return undefined;
  if (cast.victim === undefined) return 0;
  return cast.firstWith ?? seenIn;
}

function drawContent(sheet: Sheet, content: Content): Mark[] {
  const { lanes, inside, right, view, example, cast } = sheet;
  const { y = 0, tall = 0 } = lanes.file ?? {};
  const { version, from, seen, next, broken, missed, entries } = content;
  const state = stateOf(sheet, content);
  const begin = inside(from);
  const until = next === null ? right : inside(next);
  const surely = seen === null ? until : Math.min(until, Math.max(begin + 1.5, inside(seen)));
  const isNamed = [cast.gone?.version, example.base, example.seenIn].includes(version);
  const gap = missed > 0 && from > view.from ? Math.min(9, Math.max(3, (until - begin) * 0.2)) : 0;
  const wide = Math.max(1.2, until - begin - 1.2 - gap);
  // What is broken is drawn by its outline alone.
  const solid = broken !== null ? wide : Math.min(wide, Math.max(1.2, surely - begin - gap));
  const middle = begin + gap + wide / 2;
  const note =
    broken !== null
      ? /empty/.test(broken)
        ? 'empty'
        : 'torn'
      : isNamed
        ? plural(entries, 'entry', 'entries')
        : '';
  const name = `v${version}`;
  const hasNote = note !== '' && wide > widthOf(note) + 2;
  const children = [mark('rect.seen', { x: begin + gap, y, width: solid, height: tall })];
  if (wide - solid > 1)
    children.push(
      mark(
        'rect.unseen',
        { x: begin + gap + solid, y, width: wide - solid, height: tall },
        { title: `Not looked at after ${at(seen ?? from)}: ${name}, or contents that were missed` },
      ),
    );
  if (wide > widthOf(name) + 3)
    children.push(
      mark(
        'text.version',
        { x: middle, y: y + (hasNote ? 18 : tall / 2 + 4), 'text-anchor': 'middle' },
        { text: name },
      ),
    );
  if (hasNote)
    children.push(mark('text.entries', { x: middle, y: y + 32, 'text-anchor': 'middle' }, { text: note }));
  const title = `${name}, first seen at ${at(from)}: ${broken ?? plural(entries, 'entry', 'entries')}`;
  const block = mark(
    `g.content.${state}`,
    { 'data-version': version, 'data-state': state },
    { children, title, detail: describeContent(content) },
  );
  if (gap === 0) return [block];
  const said = `The reader missed at least ${plural(missed, 'content')} here`;
  return [
    block,
    mark('line.missed', { x1: begin + 1, x2: begin + 1, y1: y + 2, y2: y + tall - 2 }, { title: said }),
  ];
}

/** The entry's own strip: promised from its acknowledgement on, until it is gone. */
export function drawValue(sheet: Sheet): Mark[] {
  const { lanes, cast, inside, id, right, isNarrow, left } = sheet;
  const { gone, victim, firstSeenAt: firstSeen } = cast;
  if (lanes.value === undefined || gone === undefined) return [];
  const { y, tall } = lanes.value;
  const promisedAt = victim === undefined ? left : inside(victim.end ?? victim.begin);
  const goneAt = inside(gone.from);
  const marks: Mark[] = [];
  if (victim !== undefined && firstSeen !== undefined && firstSeen < (victim.end ?? 0)) {
    const begin = inside(firstSeen);
    marks.push(
      mark(
        'rect.early',
        { x: begin, y, width: Math.max(0, promisedAt - begin), height: tall },
        { title: 'In the file, and not yet acknowledged' },
      ),
    );
  }
  if (goneAt > promisedAt)
    marks.push(
      mark(
        'rect.promise',
        {
          x: promisedAt,
          y,
          width: Math.max(2, goneAt - promisedAt),
          height: tall,
          fill: `url(#${id}-hatch)`,
        },
        { title: 'Acknowledged: it must stay' },
      ),
    );
  const after = Math.max(goneAt, promisedAt);
  marks.push(
    mark(
      'rect.missing',
      { x: after + 0.75, y: y + 0.75, width: Math.max(0, right - after - 2), height: tall - 1.5 },
      { title: 'Gone' },
    ),
  );
  if (right - after > 48 && !isNarrow)
    marks.push(mark('text.missing-text', { x: after + 8, y: y + 12 }, { text: 'gone' }));
  return marks;
}

/** All of a content, in a sentence. */
export function describeContent(content: Content): string {
  const { version, from, until, seen, broken, entries, missed, added, removed, written } = content;
  return [
    `v${version}, opened at ${at(from)} and read by ${at(until)}: ${broken ?? plural(entries, 'entry', 'entries')}`,
    seen === null ? 'when it was last seen was not recorded' : `last seen unchanged at ${at(seen)}`,
    ...(added.length > 0 ? [`new or changed: ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`gone: ${removed.join(', ')}`] : []),
    ...(written === '' ? [] : [written]),
    ...(missed > 0 ? [`at least ${plural(missed, 'content')} before it went unseen`] : []),
  ].join('; ');
}
