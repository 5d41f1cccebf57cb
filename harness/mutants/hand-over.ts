import type { Mutant } from './mutant.js';

const handOver = 'src/store/file/queue/hand-over.ts';
const queue = 'src/store/file/queue/queue.ts';
const commit = 'src/store/file/commit/commit.ts';
const held = 'src/store/file/held-intent.ts';
const test = 'src/store/file/queue/hand-over.test.ts';
const waitingTest = 'src/store/file/queue/left-to-holder.test.ts';

/** Wake-ups that are lost: nothing is ever broken by them, and a search finds that all sleep. */
export const lostWakeUps: readonly Mutant[] = [
  {
    name: 'a process that lets its intent go wakes nobody',
    breaks: 'G7',
    file: handOver,
    edits: [['  wakeFirst(site, intent.intents, own);\n', '']],
    test,
  },
  {
    name: 'who waits is looked for before the intent is removed',
    breaks: 'G7',
    file: handOver,
    edits: [
      ['  release(intent);\n  wakeFirst', '  wakeFirst'],
      ['intent.intents, own);\n', 'intent.intents, own);\n  release(intent);\n'],
    ],
    test,
  },
  {
    name: 'a process that has made its request and set its alarm does not look again',
    breaks: 'G7',
    file: queue,
    edits: [['      if (!isNew && !isSetAnew) return undefined;', '      return undefined;']],
    test: waitingTest,
  },
];

/** The same, where three processes are about. */
export const lostInACrowd: readonly Mutant[] = [
  {
    name: 'the last in line is woken, and not the first',
    breaks: 'G7',
    file: handOver,
    edits: [['inOrder(listEntries(intents)).find(', 'inOrder(listEntries(intents)).findLast(']],
    test,
  },
];

/** Both together lose a wake-up: a process that looks between the two sleeps behind a request that goes without a word. */
export const staysInFront: readonly Mutant[] = [
  {
    name: 'a process that leaves the queue wakes nobody',
    breaks: 'G7',
    file: queue,
    edits: [
      [
        '    if (ticket && this.#remove(ticket)) wakeFirst(ticket.site, ticket.intents);',
        '    if (ticket) this.#remove(ticket);',
      ],
    ],
    test: waitingTest,
  },
  {
    name: 'a process that has committed its own request lets its intent go first',
    breaks: 'speed',
    file: commit,
    edits: [['  if (task.own !== undefined && ended.has(task.own))\n', "  if (task.own === '')\n"]],
    test: waitingTest,
  },
];

/** Slower, and as safe. */
export const leavesAtOnce: Mutant = {
  name: 'an intent ends as soon as a commit has carried nothing along',
  breaks: 'speed',
  file: held,
  edits: [['(stays || others > 0)', 'others > 0']],
  test,
};

/** What else can go wrong with a wake-up. */
export const ofTheHandOver: readonly Mutant[] = [
  ...lostWakeUps,
  ...lostInACrowd,
  {
    name: 'a process that passes a dead holder wakes nobody',
    breaks: 'G7',
    file: queue,
    edits: [['        wakeFirst(site, intents, this.#ticket?.name);\n', '']],
    test: waitingTest,
  },
  ...staysInFront,
  {
    name: 'a process that leaves its request to a holder does not look for that again',
    breaks: 'G7',
    file: queue,
    edits: [['    return this.#hasHolder(request, leaseMs);', '    return true;']],
    test,
  },
  {
    name: 'a process that is woken looks at its own request only',
    breaks: 'G7',
    file: queue,
    edits: [
      [
        '    if (!request || !this.#hasHolder(request, leaseMs)) return false;',
        '    if (!request) return false;',
      ],
      [
        '    if (alarm.watches === own) return true;\n',
        '    if (alarm.watches === own) return true;\n    if (!this.#hasHolder(request, leaseMs)) return false;\n',
      ],
    ],
    test: waitingTest,
  },
  {
    name: 'an alarm is on the request of another process, and stays there',
    breaks: 'G7',
    file: queue,
    edits: [
      ['    if (alarm.watches === own) return true;', '    if (alarm.watches !== undefined) return true;'],
      [
        'alarm.watches !== watched && alarm.set(watched)',
        'alarm.watches === undefined && alarm.set(watched)',
      ],
      ["    return own.kind === 'request' ? own.name : (nearest", '    return (nearest'],
    ],
    test: waitingTest,
  },
  {
    name: 'a process whose request is out commits under a standing intent',
    breaks: 'G7',
    file: held,
    edits: [[" && own === undefined ? 'standing'", " ? 'standing'"]],
    test: waitingTest,
  },
  {
    name: 'a process that waits for a holder lists the directory each time it is woken',
    breaks: 'speed',
    file: queue,
    edits: [['      if (isLeft) return undefined;\n', '']],
    test: waitingTest,
  },
  {
    name: 'our own request is woken',
    breaks: 'speed',
    file: handOver,
    edits: [['entry.name !== own && ', '']],
    test,
  },
  {
    name: 'a dead process is woken',
    breaks: 'G7',
    file: handOver,
    edits: [[' && seemsAlive(owner);', ';']],
    test,
  },
  {
    name: 'a wake-up changes the time of a request',
    breaks: 'G7',
    file: handOver,
    edits: [
      ['    fchmodSync(opened.descriptor, 0o600);', '    futimesSync(opened.descriptor, 1, 1);'],
      ['import { closeSync, fchmodSync }', 'import { closeSync, futimesSync }'],
    ],
    test,
  },
  {
    name: 'a link in the place of a request is followed',
    breaks: 'G11',
    file: handOver,
    edits: [
      [
        '  const opened = openRegular({ ...site.location, directory: intents }, first.name);\n',
        '  const opened = { descriptor: openSync(intents.at(first.name), 0) };\n',
      ],
      ['import { closeSync, fchmodSync }', 'import { closeSync, fchmodSync, openSync }'],
    ],
    test,
  },
  leavesAtOnce,
  {
    name: 'an intent stays beyond its term',
    breaks: 'G7',
    file: held,
    edits: [[' && now - since < this.#termMs;', ';']],
    test,
  },
  {
    name: 'a process takes its own request for a crowd',
    breaks: 'speed',
    file: held,
    edits: [['    if (others > 0) {', '    if (attempt.ended.size > 0) {']],
    test,
  },
];
