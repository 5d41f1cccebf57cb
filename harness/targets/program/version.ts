import { invocation } from '../../programs/invocation.js';
import type { Program } from '../../programs/specification.js';
import { runCommand } from './command.js';

const askMs = 20_000;

/** What a program says of itself: `11.19.1`. Undefined where it was not to be asked, or does not say. */
export async function versionOf(program: Program, home: string): Promise<string | undefined> {
  if (!program.version) return undefined;
  const words = { file: '', home, dir: program.directory };
  try {
    const { output, errors } = await runCommand(invocation(program, program.version, words), {
      home,
      timeoutMs: askMs,
    });
    return /\d+(?:\.\d+)+(?:p\d+)?/.exec(`${output}\n${errors}`)?.[0];
  } catch {
    // It is no matter: a version stands in reports, and nothing rests on it.
    return undefined;
  }
}
