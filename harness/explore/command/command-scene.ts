import path from 'node:path';
import { programEnvironment } from '../../programs/environment.js';
import type { Call, Program } from '../../programs/specification.js';
import { fill, type Words } from '../../programs/template.js';
import { UncontrolledError } from '../world/uncontrolled.js';

/** What is the same for all clients of one execution. */
export interface CommandScene {
  program: Program;
  /** The helper in C. */
  gate: string;
  /** The program's home, real path. */
  root: string;
  /** Open files by device and inode: a number for each, the same for all clients. */
  files: Map<string, number>;
  isStable: (place: string) => boolean;
  /** Hears of each path that a client names. */
  onPath: (place: string) => void;
}

export const timeoutMsDefault = 60_000;

export function wordsFor(
  { program, root }: Pick<CommandScene, 'program' | 'root'>,
  key: string,
  value: string,
): Words {
  return { file: path.join(root, program.file), home: root, dir: program.directory, key, value };
}

export function argumentsOf(call: Call, words: Words): string[] {
  if (call.how === 'shell') return ['sh', '-c', call.text];
  if (call.how === 'words') return call.words.map((word) => fill(word, words));
  throw new UncontrolledError('a server can be put under stress, and not be explored');
}

export function environmentOf({ env }: Program, words: Words, { how }: Call): Record<string, string> {
  return programEnvironment(process.env, words, env, how === 'shell');
}
