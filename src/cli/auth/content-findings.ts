import type { Inspection } from '../../store/file/doctor/inspection.js';
import { octal } from '../../surroundings/trust.js';
import { bytes, entries } from './counts.js';
import type { About, Finding, Observer } from './findings.js';
import { shown } from './output.js';
import { ago } from './time.js';

/** Judges what the file holds. No advice destroys what could not be read. */
export function judgeContent(seen: Inspection, about: About): Finding[] {
  const { content, copy } = seen;
  switch (content.kind) {
    case 'valid':
      return [about('ok', `valid, ${entries(content.entries)}`), ...judgeDoubled(content, about)];
    case 'missing':
      if (!copy.entries) return [about('ok', 'missing: nothing is stored yet')];
      return [
        about('warn', 'missing: removed, or never put back', 'holdfast auth restore shows what it last held'),
      ];
    case 'corrupt':
      if (copy.otherFormat !== undefined) return [about('warn', ...ofOtherFormat(copy.otherFormat))];
      return [about('problem', ...(copy.state === 'usable' ? yielding(seen) : alone(seen)))];
    case 'unreadable':
      return [about('problem', `can't be read: ${content.reason}`, 'See who owns it, and what it is')];
  }
}

/** Nothing is wrong with it, perhaps. It must not be moved away. */
function ofOtherFormat(format: string): [says: string, todo: string] {
  return [
    `no JSON, and left by a run with --format ${format}: no holdfast auth command can read or change it`,
    `Leave it as it is if that is its format; holdfast run --isolate --format ${format} uses it`,
  ];
}

type Valid = Extract<Inspection['content'], { kind: 'valid' }>;

function judgeDoubled({ doubled, doubledWithin }: Valid, about: About): Finding[] {
  const twice = doubled.map((key) =>
    about(
      'warn',
      `${shown(key)} is there more than once, with different values; the last one counts`,
      'Remove the wrong ones. The next write first keeps the file aside, with all of them, and then writes the last one alone',
    ),
  );
  const within = doubledWithin.map((key) =>
    about(
      'warn',
      `${shown(key)} has a field more than once, with different values; the last one counts`,
      'Remove the wrong ones. The entry stays as it is until it is replaced as a whole',
    ),
  );
  return [...twice, ...within];
}

type Corrupt = Extract<Inspection['content'], { kind: 'corrupt' }>;

function corruptOf({ content }: Inspection): Corrupt {
  if (content.kind !== 'corrupt')
    throw new Error(`expected a damaged file, found one that is ${content.kind}`);
  return content;
}

function yielding(seen: Inspection): [says: string, todo: string] {
  const { reason } = corruptOf(seen);
  const todo = `The next use of the store keeps it beside itself and puts ${entries(seen.copy.entries ?? 0)} back; then holdfast auth restore shows what else is in it`;
  return [`corrupt: ${reason}`, todo];
}

function alone(seen: Inspection): [says: string, todo: string] {
  const { reason, entries: found, unreadBytes } = corruptOf(seen);
  const says = `corrupt: ${reason}, and no copy of it can be used`;
  const name = shown(seen.file ?? seen.given);
  if (seen.access?.size === 0)
    return [says, `It holds nothing: remove it to start anew, or put a backup in its place`];
  const free = freeName(seen);
  const rename = `Rename it to ${name}.${free}`;
  const rest =
    unreadBytes > 0
      ? `; ${bytes(unreadBytes)} of it can't be read and may hold more: look at them yourself`
      : '';
  if (found === 0) return [says, `${rename} to start anew, and keep it: no entry in it can be read${rest}`];
  return [
    says,
    `${rename}; then holdfast auth restore --from ${free} puts back ${entries(found)} that can be read${rest}`,
  ];
}

/** A name that no kept state has. */
function freeName({ quarantined }: Inspection): string {
  for (let n = 1; ; n++) {
    const name = `corrupt-${n}`;
    if (!quarantined.some((kept) => kept.name.endsWith(`.${name}`))) return name;
  }
}

export function judgeQuarantine({ quarantined }: Inspection, { nowMs }: Observer): Finding[] {
  const subject = 'quarantine';
  return quarantined.map(({ name, size, changedMs, mode, found, readable }) => {
    if (found) {
      const says = `${shown(name)} is ${found}, not a file`;
      return { severity: 'warn', subject, says, todo: 'Find out what made it: Holdfast did not' };
    }
    const isOpen = (mode & 0o077) !== 0;
    const unread = readable?.unreadBytes ?? size;
    const content = readable ? `, ${entries(readable.entries)}` : '';
    const lack = unread > 0 ? `, ${bytes(unread)} can't be read` : '';
    const open = isOpen ? `, mode ${octal(mode)}: others may read it` : '';
    return {
      severity: isOpen ? 'problem' : 'warn',
      subject,
      says: `${shown(name)}, ${bytes(size)}, ${ago(changedMs, nowMs)}${content}${lack}${open}`,
      todo:
        unread > 0
          ? 'It may hold secrets. holdfast auth restore shows what could be read; look at the rest yourself before you throw it away'
          : 'It may hold secrets. holdfast auth restore shows what is in it, and auth forget removes an entry from it',
    };
  });
}
