import type { Inspection } from '../../store/file/doctor/inspection.js';
import { octal } from '../../surroundings/trust.js';
import { judgeContent, judgeQuarantine } from './content-findings.js';
import { entries } from './counts.js';
import { judgeIntents } from './lease-findings.js';
import { shown } from './output.js';
import { ago } from './time.js';

export type Severity = 'ok' | 'warn' | 'problem';

/** What the doctor found about one thing, and what to do about it. */
export interface Finding {
  severity: Severity;
  subject: string;
  says: string;
  todo?: string | undefined;
}

/** The user who looks, and the time. */
export interface Observer {
  nowMs: number;
  /** Undefined where users have no numbers. */
  uid: number | undefined;
}

/** Judges what was seen. Pure: the clock and the user are arguments. */
export function diagnose(seen: Inspection, observer: Observer): Finding[] {
  // Nothing that lies around a pipe or a device is about credentials.
  if (isOther(seen.content)) return [judgeOther(seen.content, seen.given)];
  // Nothing is known of a directory that can't be reached, not even whether it exists.
  if (seen.file === undefined) {
    return [
      ...judgeFile(seen, observer),
      ...judgeDirectory(seen).filter(({ severity }) => severity !== 'ok'),
    ];
  }
  return [
    ...judgeFile(seen, observer),
    ...judgeDirectory(seen),
    ...judgePlace(seen),
    judgeCopy(seen),
    ...judgeQuarantine(seen, observer),
    ...judgeIntents(seen, observer),
    ...judgeGuards(seen),
    ...seen.foreignLocks.map(({ name, changedMs }) => ({
      severity: 'warn' as const,
      subject: 'foreign lock',
      says: `${shown(name)}, ${ago(changedMs, observer.nowMs)}: made by a program that uses proper-lockfile or the like`,
      todo: 'Holdfast does not wait for it: leave it to the program that made it',
    })),
  ];
}

function judgeGuards({ guards }: Inspection): Finding[] {
  const [first, ...spares] = guards;
  if (!first?.owner) return [];
  const { pid, host, command, state } = first.owner;
  const who = `process ${pid} on ${host}${command ? ` (${shown(command)})` : ''}`;
  const waiting = spares.length > 0 ? `; waiting as its spare: ${spares.length}` : '';
  const isStopped = state === 'paused';
  return [
    {
      severity: isStopped ? 'warn' : 'ok',
      subject: 'guard',
      says: `${who} guards the file${isStopped ? ', and is stopped' : ''}${waiting}`,
      todo: isStopped ? 'Let it go on, or end it: a spare follows it after some seconds' : undefined,
    },
  ];
}

type Other = Extract<Inspection['content'], { kind: 'unreadable' }> & { found: string };

function isOther(content: Inspection['content']): content is Other {
  return content.kind === 'unreadable' && content.found !== undefined;
}

/** No advice about what it is: it may be in use, and is not ours. But an empty directory is what containers make. */
function judgeOther({ found, isEmptyDirectory }: Other, given: string): Finding {
  const isEmpty = isEmptyDirectory === true;
  return {
    severity: 'problem',
    subject: 'file',
    says: `can't be used: it is ${isEmpty ? 'an empty directory' : found}, not a file`,
    todo: isEmpty
      ? `A container makes one where the file that it is to mount is missing: rmdir ${shown(given)}`
      : 'Give the path of a credential file by --file, or see what has put this into its place',
  };
}

function judgeFile(seen: Inspection, observer: Observer): Finding[] {
  const about = (severity: Severity, says: string, todo?: string): Finding => ({
    severity,
    subject: 'file',
    says,
    todo,
  });
  return [...judgeContent(seen, about), ...judgeAccess(seen, observer, about)];
}

export type About = (severity: Severity, says: string, todo?: string) => Finding;

function judgeAccess({ access, file }: Inspection, { uid }: Observer, about: About): Finding[] {
  if (!access) return [];
  const mode = octal(access.mode);
  const findings = [
    access.mode & 0o077
      ? about('problem', `mode ${mode}: other users may use it`, 'chmod 600; the next write does it, too')
      : about('ok', `mode ${mode}, owner ${access.uid}`),
  ];
  if (uid !== undefined && access.uid !== uid) {
    findings.push(
      about(
        'warn',
        `belongs to user ${access.uid}, and you are ${uid}`,
        `Use it as its owner, for a write replaces it; or, if it should be yours: sudo chown ${uid} ${shown(file ?? '')}`,
      ),
    );
  }
  if (access.hardLinks > 1) {
    findings.push(
      about(
        'warn',
        `has ${access.hardLinks} hard links: a rename will break the link`,
        'The other names keep the old content. Use a symbolic link instead',
      ),
    );
  }
  return findings;
}

function judgeDirectory({ directory, unsafe, trial }: Inspection): Finding[] {
  const subject = 'directory';
  const findings: Finding[] = [];
  if (unsafe)
    findings.push({ severity: 'problem', subject, says: unsafe.reason, todo: withoutPromise(unsafe.todo) });
  if (trial.kind === 'impossible') {
    findings.push({ severity: 'problem', subject: 'write', says: trial.reason, todo: trial.todo });
  }
  if (findings.length > 0) return findings;
  if (!directory.exists) return [{ severity: 'ok', subject, says: 'not there: the first write makes it' }];
  const writable = trial.kind === 'possible' ? ', writable: tried' : '';
  return [{ severity: 'ok', subject, says: `mode ${octal(directory.mode)}${writable}` }];
}

/** The doctor reads all the same. */
function withoutPromise(todo: string): string {
  return todo.replace(/^Nothing was read or written\. /, '');
}

/** Where a lost connection may make one rename happen twice, or locks and caches are another machine's. */
const networkTypes =
  /^(nfs|cifs|smb|9p|afs|ceph|glusterfs|lustre|gpfs|beegfs|ncp|fuse\.(sshfs|s3fs|rclone|davfs|glusterfs))/;
const freeBytesMin = 1 << 20;

function judgePlace({ place }: Inspection): Finding[] {
  const findings: Finding[] = [];
  if (place.isMountPoint) {
    findings.push({
      severity: 'problem',
      subject: 'mount',
      says: 'the file itself is a mount point: nothing can be renamed onto it',
      todo: 'Mount its directory instead',
    });
  }
  if (place.type !== undefined && networkTypes.test(place.type)) {
    findings.push({
      severity: 'warn',
      subject: 'file system',
      says: `${place.type}: a network file system, on which nothing is promised`,
      todo: 'Keep the file on a local disk',
    });
  }
  if (place.freeBytes !== undefined && place.freeBytes < freeBytesMin) {
    findings.push({
      severity: 'problem',
      subject: 'disk',
      says: `${place.freeBytes} bytes are free`,
      todo: 'Make room: a full disk loses nothing, but no change can be stored',
    });
  }
  if (findings.length > 0) return findings;
  const free = place.freeBytes === undefined ? '' : `, ${Math.floor(place.freeBytes / 2 ** 20)} MiB free`;
  return [{ severity: 'ok', subject: 'disk', says: `${place.type ?? 'file system not known'}${free}` }];
}

function judgeCopy({ copy, content }: Inspection): Finding {
  const subject = 'last-committed copy';
  if (copy.found) {
    return {
      severity: 'problem',
      subject,
      says: `it is ${copy.found}, not a file: nothing brings the file back`,
      todo: 'See what it is, and what has made it: Holdfast did not',
    };
  }
  if (copy.mode !== undefined && copy.mode & 0o077) {
    return {
      severity: 'problem',
      subject,
      says: `mode ${octal(copy.mode)}: other users may use it`,
      todo: 'chmod 600; the next write does it, too',
    };
  }
  if (copy.state === 'missing') {
    return { severity: 'ok', subject, says: 'none: Holdfast has not written yet' };
  }
  if (copy.otherFormat !== undefined) {
    const says = `of the format ${copy.otherFormat}: only a run with it reads it, and holdfast auth restore does not`;
    return { severity: 'ok', subject, says };
  }
  if (copy.state === 'unusable') {
    return {
      severity: 'warn',
      subject,
      says: 'damaged: if the file is damaged, too, nothing brings it back',
      todo: 'The next change writes a new one',
    };
  }
  const differs = content.kind === 'valid' && !copy.sameAsFile;
  return {
    severity: 'ok',
    subject,
    says: differs
      ? `usable, ${entries(copy.entries ?? 0)}; the file was changed since by a program that knows no Holdfast`
      : `usable, ${entries(copy.entries ?? 0)}${copy.sameAsFile ? ', the same as the file' : ''}`,
  };
}
