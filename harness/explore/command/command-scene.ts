import path from 'node:path';
import { invocation } from '../../programs/invocation.js';
import type { Call, Program } from '../../programs/specification.js';
import type { Words } from '../../programs/template.js';
import type { PipeStock } from '../process/pipes.js';
import { UncontrolledError } from '../protocol/uncontrolled.js';

/** What is the same for all clients of one execution. */
export interface CommandScene {
  program: Program;
  /** The helper in C. */
  gate: string;
  pipes: PipeStock;
  /** The program's home, real path. */
  root: string;
  /** Open files by device and inode: a number for each, the same for all clients. */
  files: Map<string, number>;
  isStable: (place: string) => boolean;
  /** Called with each path that a client names. */
  onPath: (place: string) => void;
}

export function argumentsFor(
  { program, root }: Pick<CommandScene, 'program' | 'root'>,
  key: string,
  value: string,
): Words {
  return { file: path.join(root, program.file), home: root, dir: program.directory, key, value };
}

/** @throws UncontrolledError for a request */
export function commandOf(program: Program, call: Call, words: Words): ReturnType<typeof invocation> {
  if (call.how === 'request')
    throw new UncontrolledError('a server can be put under stress, and not be explored');
  return invocation(program, call, words);
}
