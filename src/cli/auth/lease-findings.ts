import path from 'node:path';
import type { Inspection } from '../../store/file/doctor/inspection.js';
import type { Participant } from '../../store/file/doctor/participants.js';
import { octal } from '../../surroundings/trust.js';
import type { Finding, Observer, Severity } from './findings.js';
import { shown } from './output.js';
import { ago } from './time.js';

/** Reports which process holds the lease of a file, which ones wait for it, and what else is in the directory of intents. */
export function judgeIntents({ intents, file }: Inspection, { nowMs }: Observer): Finding[] {
  const subject = 'lease';
  const place = `${path.basename(file ?? '')}.intents`;
  if (intents.state === 'foreign' || intents.state === 'unreadable') {
    const says = intents.state === 'foreign' ? 'is not a directory' : "can't be listed";
    const todo =
      intents.state === 'foreign'
        ? 'Find out what made it: Holdfast needs a directory of that name'
        : 'See who owns it: a write makes its intent there';
    return [{ severity: 'problem', subject, says: `${place} ${says}`, todo }];
  }
  const findings = intents.participants.map((participant) => judgeParticipant(participant, nowMs));
  if (!intents.participants.some(({ kind }) => kind === 'holds')) {
    findings.unshift({ severity: 'ok', subject, says: 'no process holds it' });
  }
  if (intents.mode !== undefined && intents.mode & 0o077) {
    findings.push({
      severity: 'problem',
      subject,
      says: `${place} has mode ${octal(intents.mode)}`,
      todo: 'chmod 700; the next write does it, too',
    });
  }
  return findings;
}

/** No process holds the lease for so long, unless it or its disk is stopped. */
const longMs = 5000;

function judgeParticipant(participant: Participant, nowMs: number): Finding {
  const since = `${ago(participant.sinceMs, nowMs)} (by the wall clock)`;
  if (participant.kind === 'stray' || !participant.owner) {
    return {
      severity: 'warn',
      subject: 'lease',
      says: `${shown(participant.name)}, ${since}: not made by Holdfast`,
      todo: 'It is in the way of no process: leave it to the program that made it',
    };
  }
  const { pid, host, state, command } = participant.owner;
  const who = `process ${pid} on ${host}${command ? ` (${shown(command)})` : ''}, ${describeState[state]}`;
  const about = (severity: Severity, todo?: string): Finding => ({
    severity,
    subject: participant.kind === 'waits' ? 'queue' : 'lease',
    says: `${describe(participant)} ${who}, since ${since}`,
    todo,
  });
  if (state === 'dead') return about('warn', 'Do nothing: the next write passes it at once');
  if (participant.kind === 'rests' || participant.kind === 'ended') return about('ok');
  if (state === 'paused' || nowMs - participant.sinceMs > longMs) {
    return about(
      'warn',
      'Do nothing: it is passed when its lease is over, and can then change nothing any more',
    );
  }
  return about('ok');
}

function describe({ kind, ticket }: Participant): string {
  if (kind === 'holds') return 'held by';
  if (kind === 'rests') return 'kept for its next commit, in the way of no process, by';
  return kind === 'waits' ? `place ${ticket}:` : 'an answer for';
}

const describeState = {
  alive: 'alive',
  paused: 'paused',
  dead: 'dead',
  unknown: "of another machine, container or boot: it can't be seen from here",
};
