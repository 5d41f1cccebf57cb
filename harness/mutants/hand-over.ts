import type { Mutant } from './mutant.js';

const handOver = 'src/store/file/queue/hand-over.ts';
const queue = 'src/store/file/queue/queue.ts';
const held = 'src/store/file/held-intent.ts';
const test = 'src/store/file/queue/hand-over.test.ts';

/** Wake-ups that are lost: nothing is ever broken by them, and a search finds that all sleep. */
export const lostWakeUps: readonly Mutant[] = [
  {
    name: 'a process that lets its intent go wakes nobody',
    breaks: 'G7',
    file: handOver,
    edits: [['    wakeFirst(site, intent, own);\n', '']],
    test,
  },
  {
    name: 'who waits is looked for before the intent is removed',
    breaks: 'G7',
    file: handOver,
    edits: [
      ['  release(intent);\n  try {', '  try {'],
      ['    // It wakes by its timer.\n  }', '    // It wakes by its timer.\n  }\n  release(intent);'],
    ],
    test,
  },
  {
    name: 'a process that leaves its request to a holder does not look for that again',
    breaks: 'G7',
    file: queue,
    edits: [
      ['if (existsSync(place) && existsSync(intents.at(this.holder))) await', 'if (existsSync(place)) await'],
    ],
    test,
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
