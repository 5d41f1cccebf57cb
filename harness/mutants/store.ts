import type { Mutant } from './mutant.js';

const write = 'src/store/file/commit/write.ts';
const stage = 'src/store/file/disk/stage.ts';
const owner = 'src/store/file/queue/owner.ts';
const queue = 'src/store/file/queue/queue.ts';
const request = 'src/store/file/queue/request.ts';
const survey = 'src/store/file/commit/survey.ts';
const state = 'src/store/file/disk/state.ts';

/** What is believed of files, clocks and others. */
const belief: Mutant[] = [
  {
    name: 'an applied request is named in one copy only',
    breaks: 'G2',
    file: 'src/store/file/commit/next-record.ts',
    edits: [['    applied: applied.filter((id) => !isRestored(id)),', '    applied: [],']],
    test: 'src/store/file/commit/commit.test.ts',
  },
  {
    name: 'a file that can not be opened is taken for none',
    breaks: 'G4',
    file: 'src/surroundings/regular-file.ts',
    edits: [
      [
        "    throw ioError('read', name, error);\n  }\n}\n\n/** The owner",
        '    return undefined;\n  }\n}\n\n/** The owner',
      ],
    ],
    test: 'src/store/file/commit/never-empty.test.ts',
  },
  {
    name: 'what is no JSON object is taken for an empty one',
    breaks: 'G4',
    file: state,
    edits: [
      [
        'known.document : format.parse(bytes);',
        'known.document : (format.parse(bytes) ?? new Map<string, string>());',
      ],
    ],
    test: 'src/store/file/commit/never-empty.test.ts',
  },
  {
    name: 'an empty file is taken for an empty document',
    breaks: 'G4',
    file: state,
    edits: [
      [
        'known.document : format.parse(bytes);',
        'known.document : bytes.length === 0 ? new Map<string, string>() : format.parse(bytes);',
      ],
    ],
    test: 'src/store/file/commit/never-empty.test.ts',
  },
  {
    name: 'a reader trusts a file that was just changed',
    breaks: 'G2',
    file: 'src/store/file/reader.ts',
    edits: [['cached.settledAt - cached.since >= tickMs && ', '']],
    test: 'src/store/coarse-clock.test.ts',
  },
  {
    name: 'a reader trusts a file a tick after it was first seen, looked at again or not',
    breaks: 'G2',
    file: 'src/store/file/reader.ts',
    edits: [['cached.settledAt - cached.since >= tickMs', 'cached.settledAt - cached.since > 0']],
    test: 'src/store/coarse-clock.test.ts',
  },
  {
    name: 'a lease is judged by the wall clock',
    breaks: 'G7',
    file: queue,
    edits: [
      [
        'since: performance.now() };\n    const seenMs = performance.now() - this.#seen.since;',
        'since: Date.now() };\n    const seenMs = Date.now() - this.#seen.since;',
      ],
    ],
    test: 'src/store/file/queue/lease-clock.test.ts',
  },
  {
    name: 'the lease of an obstacle counts from the one before',
    breaks: 'G7',
    file: queue,
    edits: [['if (this.#seen?.name !== obstacle.name) this.#seen', 'if (!this.#seen) this.#seen']],
    test: 'src/store/file/queue/lease-clock.test.ts',
  },
];

/** What is written, and whose it is. */
const staging: Mutant[] = [
  {
    name: 'what is staged may be there already',
    breaks: 'G11',
    file: stage,
    edits: [["'wx+', 0o600", "'w+', 0o600"]],
    test: 'src/store/file/disk/stage.test.ts',
  },
  {
    name: 'the umask has the last word',
    breaks: 'G6',
    file: stage,
    edits: [['    if ((stats.mode & 0o777n) !== 0o600n) fchmodSync(descriptor, 0o600);\n', '']],
    test: 'src/store/file/disk/stage.test.ts',
  },
  {
    name: 'part of a secret is left where the disk is full',
    breaks: 'G6',
    file: stage,
    edits: [['    remove(place);\n', '']],
    test: 'src/store/file/disk/stage.test.ts',
  },
  {
    name: 'a short write is taken for a whole one',
    breaks: 'G1',
    file: stage,
    edits: [['written += count;', 'written = bytes.length;']],
    test: 'src/store/file/disk/stage.test.ts',
  },
  {
    name: 'a failed fsync is no error',
    breaks: 'G3',
    file: stage,
    edits: [["if (result.status === 'rejected') throw result.reason;", 'void result;']],
    test: 'src/store/file/commit/order.test.ts',
  },
  {
    name: 'of two fsyncs only the last may fail',
    breaks: 'G3',
    file: stage,
    edits: [['of [...(await others), flushed]', 'of (await others, [flushed])']],
    test: 'src/store/file/commit/order.test.ts',
  },
];

/** What others ask for, and whether they live. */
const others: Mutant[] = [
  {
    name: 'the request of a dead process is carried along',
    breaks: 'G2',
    file: survey,
    edits: [["if (!isAlive() || (kind !== 'request'", "if ((kind !== 'request'"]],
    test: 'src/store/file/commit/survey.test.ts',
  },
  {
    name: 'the owner of a request is asked once',
    breaks: 'G2',
    file: survey,
    edits: [
      [
        'const isAlive = () => seemsAlive(owner);',
        'const lives = seemsAlive(owner);\n    const isAlive = () => lives;',
      ],
    ],
    test: 'src/store/file/commit/survey.test.ts',
  },
  {
    name: 'the owner of a request is not asked before the commit',
    breaks: 'G2',
    file: write,
    edits: [['      requests.open.every(({ isAlive }) => isAlive()) &&\n', '']],
    test: 'src/store/file/commit/commit.test.ts',
  },
  {
    name: 'what is part of the base is applied once more',
    breaks: 'G2',
    file: survey,
    edits: [['if (recovery.applied.has(id)) requests.applied.push(request);\n    else if', 'if']],
    test: 'src/store/file/commit/survey.test.ts',
  },
  {
    name: 'a request may be read while it is written',
    breaks: 'G2',
    file: request,
    edits: [["text?.endsWith('\\n') ? decode(text) : undefined", 'text ? decode(text) : undefined']],
    test: 'src/store/file/commit/survey.test.ts',
  },
  {
    name: 'half a request stays in the way of all',
    breaks: 'G7',
    file: survey,
    edits: [['else if (unresponsive.has(name)) destroyEntry(intents, name);', '']],
    test: 'src/store/file/commit/survey.test.ts',
  },
  {
    name: 'a process with a used number counts as its owner',
    breaks: 'G7',
    file: owner,
    edits: [[': startTime !== owner.startTime', ': false']],
    test: 'src/store/file/queue/owner.test.ts',
  },
  {
    name: 'the numbers of another machine are asked for here',
    breaks: 'G8',
    file: owner,
    edits: [['!isOurMachine(owner) || hasProcess', 'hasProcess']],
    test: 'src/store/file/queue/owner.test.ts',
  },
  {
    name: 'an answer to another machine is kept for ever',
    breaks: 'G6',
    file: survey,
    edits: [['given.ctimeMs > answerMs;', 'given.ctimeMs > answerMs * 1e9;']],
    test: 'src/store/file/commit/survey.test.ts',
  },
  {
    name: 'a process that may not be asked counts as dead',
    breaks: 'G8',
    file: owner,
    edits: [["return errnoOf(error) !== 'ESRCH';", 'return false;']],
    test: 'src/store/file/queue/owner.test.ts',
  },
  {
    name: 'a standing intent that is gone vouches for what was read',
    breaks: 'G2',
    file: write,
    edits: [
      [
        '(isThere(intent) && !hasChanged(site, known.state, openFile(known)))',
        '!hasChanged(site, known.state, openFile(known))',
      ],
    ],
    test: 'src/store/file/commit/commit.test.ts',
  },
];

const merge = 'src/store/merge/merge.ts';

/** What programs that know no intents have written. */
const foreign: Mutant[] = [
  {
    name: 'what a program wrote that took the file for empty is a change of the nearest state',
    breaks: 'G4',
    file: merge,
    edits: [
      ['return sure(canBeMisread ? nothing : newest);', 'return sure(canBeMisread ? best.base : newest);'],
    ],
    test: 'src/store/file/commit/mixed-company.test.ts',
  },
  {
    name: 'an older state is never a logout from an old copy',
    breaks: 'G4',
    file: merge,
    edits: [['if (from) return { base: from, isDoubtful: true };', '']],
    test: 'src/store/merge/merge.test.ts',
  },
  {
    name: 'what a commit that did not happen was to put back is left erased',
    breaks: 'G4',
    file: 'src/store/file/commit/recovery.ts',
    edits: [['undoneKeys.filter((key) => !isPutBack(key))', 'undoneKeys']],
    test: 'src/store/file/commit/mixed-company.test.ts',
  },
  {
    name: 'the change of a commit that did not happen is made where it was to put something back, too',
    breaks: 'G4',
    file: 'src/store/file/commit/recovery.ts',
    edits: [['undoneKeys.filter((key) => !isPutBack(key))', 'last.replacesStale ? [] : undoneKeys']],
    test: 'src/store/file/commit/mixed-company.test.ts',
  },
  {
    name: 'a replaced file of the same size and times is the same',
    breaks: 'G2',
    file: 'src/store/file/replaced-files.ts',
    edits: [["identity === held.identity && how === 'cheaply'", 'identity === held.identity && how']],
    test: 'src/store/file/replaced-files.test.ts',
  },
];

export const ofTheStore: readonly Mutant[] = [...belief, ...staging, ...others, ...foreign];
