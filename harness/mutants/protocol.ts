import type { Mutant } from './mutant.js';

const commit = 'src/store/file/commit/commit.ts';
const write = 'src/store/file/commit/write.ts';
const withdraw = 'src/store/file/commit/withdraw.ts';
const publish = 'src/store/file/commit/publish.ts';
const intents = 'src/store/file/queue/intents.ts';
const state = 'src/store/file/disk/state.ts';

/** The order of the calls that make a change durable. */
const order: Mutant[] = [
  {
    name: 'the names are made durable after the answer',
    breaks: 'G3',
    file: commit,
    edits: [
      ['    await durable(site);\n  } catch (error) {', '    void durable(site);\n  } catch (error) {'],
    ],
    test: 'src/store/file/commit/order.test.ts',
  },
  {
    name: 'a removal alone is not made durable',
    breaks: 'G3',
    file: commit,
    edits: [
      [
        '    await durable(site);\n  } catch (error) {',
        '    if (!task.beliefs.revocable) await durable(site);\n  } catch (error) {',
      ],
    ],
    test: 'src/tokens/order.test.ts',
  },
  {
    name: 'a commit that writes nothing makes nothing durable',
    breaks: 'G3',
    file: commit,
    edits: [
      [
        '    await durable(site);\n  } catch (error) {',
        '    if (known) await durable(site);\n  } catch (error) {',
      ],
    ],
    test: 'src/store/file/commit/order.test.ts',
  },
  {
    name: 'a carried request is told to be done before that is durable',
    breaks: 'G3',
    file: commit,
    edits: [
      [
        '  try {\n    await durable(site);\n  } catch (error) {',
        '  for (const name of ended) if (name !== task.own) endRequest(intent.intents, name);\n  try {\n    await durable(site);\n  } catch (error) {',
      ],
    ],
    test: 'src/store/file/commit/order.test.ts',
  },
  {
    name: 'the copy is not on the disk when it takes its name',
    breaks: 'G4',
    file: publish,
    edits: [['await flushAll(files);', 'await flushAll(files.slice(0, 1));']],
    test: 'src/store/file/commit/order.test.ts',
  },
  {
    name: 'the file is renamed before its copy',
    breaks: 'G4',
    file: publish,
    edits: [
      ['    await rename(stagedCopy, site.last);\n    isCopyNew = true;\n', ''],
      [
        '      await rename(stagedFile, site.place);\n    }\n',
        '      await rename(stagedFile, site.place);\n    }\n    await rename(stagedCopy, site.last);\n    isCopyNew = true;\n',
      ],
    ],
    test: 'src/store/file/commit/order.test.ts',
  },
  {
    name: 'what is put back is not on the disk when it takes its name',
    breaks: 'G4',
    file: publish,
    edits: [['await flushAll([staged]).finally(() => closeLater([staged]));', 'closeLater([staged]);']],
    test: 'src/store/file/commit/order.test.ts',
  },
  {
    name: 'the name of what is put back is not made durable',
    breaks: 'G3',
    file: publish,
    edits: [['    await syncDirectory(site.directory);\n', '']],
    test: 'src/store/file/commit/order.test.ts',
  },
];

/** The fence. */
const fence: Mutant[] = [
  {
    name: 'an intent is renamed away instead of being destroyed',
    breaks: 'G8',
    file: intents,
    edits: [
      [
        '      rmdirSync(place);\n      return;',
        '      if (held) rmdirSync(place);\n      else renameSync(place, intents.at(name.replace("i", "gone")));\n      return;',
      ],
    ],
    test: 'src/store/file/queue/intents.test.ts',
  },
  {
    name: 'an intent is emptied and left standing',
    breaks: 'G8',
    file: intents,
    edits: [
      [
        '    if (held && round === 0) emptyIntent(held);\n    else emptyByName(intents, name);\n',
        '    emptyByName(intents, name);\n    return;\n',
      ],
      [
        '      rmdirSync(place);\n      return;',
        "      if (namesIn(intents.child(name)).length === 0) rmdirSync(place);\n      else throw Object.assign(new Error(), { code: 'ENOTEMPTY' });\n      return;",
      ],
    ],
    test: 'src/store/file/queue/intents.test.ts',
  },
  {
    name: 'an intent that is gone is made again by what is staged',
    breaks: 'G8',
    file: publish,
    edits: [
      ['  { directory: intent }: Intent,', '  { name, intents }: Intent,'],
      [
        "  const stagedFile = intent.at('new');",
        "  mkdirSync(intents.at(name), { recursive: true });\n  const intent = intents.child(name);\n  const stagedFile = intent.at('new');",
      ],
      ["import { renameSync } from 'node:fs';", "import { mkdirSync, renameSync } from 'node:fs';"],
    ],
    test: 'src/store/file/commit/commit.test.ts',
  },
  {
    name: 'file and requests are read before the other intents are destroyed',
    breaks: 'G2',
    file: commit,
    edits: [
      ['      return destroyOthers(intent);', '      return listWaiting(intent.intents);'],
      [
        '  // What the new file will no longer hold is kept',
        "  if (task.kind === 'fresh') destroyOthers(intent);\n  // What the new file will no longer hold is kept",
      ],
    ],
    test: 'src/store/file/commit/withdraw.test.ts',
  },
  {
    name: 'a request is taken back without an end to those who have read it',
    breaks: 'G2',
    file: withdraw,
    edits: [['  destroyOthers(intent);\n  const state', '  const state']],
    test: 'src/store/file/commit/withdraw.test.ts',
  },
  {
    name: 'the file is not compared before the renames',
    breaks: 'G2',
    file: write,
    edits: [['      !hasChanged(site, state, open) &&\n', '']],
    test: 'src/store/file/commit/commit.test.ts',
  },
  {
    name: 'an open file is compared by what the system tells of it',
    breaks: 'G2',
    file: state,
    edits: [
      ['    return !readAll(open.descriptor, seen.bytes.length).equals(seen.bytes);', '    return false;'],
    ],
    test: 'src/store/file/disk/state.test.ts',
  },
  {
    name: 'a commit looks for its intent after the renames',
    breaks: 'G2',
    file: write,
    edits: [
      [
        "  if (outcome.kind !== 'published') return outcome;",
        "  if (outcome.kind !== 'published') return outcome;\n  if (!isThere(intent)) return { kind: 'fenced' };",
      ],
    ],
    test: 'src/store/file/commit/commit.test.ts',
  },
];

export const ofTheProtocol: readonly Mutant[] = [...order, ...fence];
