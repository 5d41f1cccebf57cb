import path from 'node:path';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { onInterrupt } from '../../src/cli/interrupt.js';
import { UsageError } from '../../src/cli/usage-error.js';
import { loadConfig } from './config.js';
import { type AllFlags, outDefault } from './explore-options.js';
import { againWithEachChange } from './watch.js';

/** Makes this very search again with each change of its targets, until it is interrupted. */
export async function searchAgain({ target, config, out = outDefault }: AllFlags): Promise<void> {
  const targets = target ?? (await loadConfig(config)).targets ?? [];
  const modules = targets.map((one) => one.replace(/\?.*$/, '')).filter((one) => /^\.{0,2}[\\/]/.test(one));
  if (modules.length === 0)
    throw new UsageError('--watch needs a target of your own', 'give its path: --target ./my-store.ts');
  const [program = '', ...args] = process.argv.slice(1);
  await againWithEachChange(
    [process.execPath, ...process.execArgv, program, ...args.filter((one) => one !== '--watch')],
    {
      directories: modules.map((one) => path.dirname(path.resolve(one))),
      except: path.resolve(out),
      signal: onInterrupt(),
      onRound: (changed) =>
        process.stderr.write(
          changed === undefined
            ? 'searching; again with each change, Ctrl-C ends it\n'
            : `\n${path.relative('', changed)} has changed: searching again\n`,
        ),
    },
  );
  process.exitCode = exitCodes.interrupted;
}
