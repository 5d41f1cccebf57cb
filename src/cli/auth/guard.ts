import { once } from 'node:events';
import type { Command } from 'commander';
import { isOpaque } from '../../credentials/schema.js';
import { GuardedFile } from '../../store/file/foreign/guarded-file.js';
import { exitCodes } from '../exit-codes.js';
import { onInterrupt } from '../interrupt.js';
import { GuardSession } from './guard-session.js';
import { lineOf, nameInNotes, nameShown, noteOf } from './guard-words.js';
import { note, print, printJson } from './output.js';
import { type FileFlags, fileOf, printEvent, subcommand } from './source.js';
import { nowMs } from './time.js';

interface GuardFlags extends FileFlags {
  dryRun?: boolean;
  once?: boolean;
}

export function addGuard(auth: Command): void {
  subcommand(
    auth,
    'guard',
    'guard the file of agents that know no Holdfast: repair what they erase unknowingly',
  )
    .option('--dry-run', 'only print what would be repaired')
    .option('--once', 'look once, repair, and end')
    .addHelpText(
      'after',
      `
An agent that rewrites the whole file from an older copy erases what others have stored since, and brings back what they have
removed. The guard sees each state of the file and repairs such damage at once. A logout stays one. It is best effort: what was
written and overwritten before the guard woke was never seen, and a program that read the damage may have acted on it.

It runs until it is interrupted; the exit code is then 130. There is one guard for each file, and a second one waits as its spare.
Its notes are in FILE.guard.jsonl: names and times, never values. With --json each line is an object.

Examples:
  holdfast auth guard --dry-run                             the first thing to try
  holdfast auth guard
  holdfast auth guard --once
  holdfast run --guard -- opencode                          for as long as a command runs`,
    )
    .action(guard);
}

async function guard(flags: GuardFlags): Promise<void> {
  const file = fileOf(flags);
  if (flags.once) {
    await guardOnce(file, flags);
    return;
  }
  const interrupt = onInterrupt();
  const { dryRun = false, allowUnsafe } = flags;
  const session = new GuardSession(file, {
    dryRun,
    allowUnsafe,
    onStoreEvent: printEvent,
    onEvent: (event) => {
      if (flags.json) printJson(noteOf(event, nowMs()), { lines: false });
      else print(lineOf(event, nowMs(), { dryRun }));
    },
  });
  // A timer is the one thing that keeps a process alive on every runtime.
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    await session.start();
    note(`guarding ${file}${dryRun ? ', without a change' : ''}`);
    if (!interrupt.aborted) await once(interrupt, 'abort');
  } finally {
    clearInterval(alive);
  }
  note(await session.stop());
  process.exitCode = exitCodes.interrupted;
}

/** What any use of the store repairs, and no more: no earlier state was seen. */
async function guardOnce(
  file: string,
  { allowUnsafe = false, dryRun = false, json }: GuardFlags,
): Promise<void> {
  const guarded = new GuardedFile(file, { allowUnsafe, isOpaque, onEvent: printEvent, onLate: () => {} });
  try {
    const { adopted, putBack } = guarded.foresee();
    if (!dryRun) await guarded.adopt(onceMsMax);
    if (json)
      printJson({ file, adopted: adopted.map(nameInNotes), putBack: putBack.map(nameInNotes), dryRun });
    else if (putBack.length > 0)
      note(`${dryRun ? 'would put back' : 'put back'}: ${putBack.map(nameShown).join(', ')}`);
    else note(`nothing to repair in ${file}`);
  } finally {
    await guarded.close();
  }
}

const onceMsMax = 10_000;
