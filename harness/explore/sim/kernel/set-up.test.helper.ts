import type { AnswerOf, CallOf, KernelCallName } from './calls.js';
import { Errno } from './errno.js';
import { Kernel, type KernelOptions } from './kernel.js';
import { flag, type Process, type ProcessOptions } from './process.js';

/** A kernel with some processes, whose calls answer the name of an errno where they fail. */
export function setUp(options: KernelOptions = {}) {
  const kernel = new Kernel(options);
  const root = kernel.start({ client: -1, umask: 0 });
  const make = <Name extends KernelCallName>(process: Process, call: CallOf<Name>) => {
    const answer = kernel.call(process, call);
    return answer instanceof Errno ? answer.code : answer;
  };
  const directory = (path: string, mode = 0o777) => make(root, { call: 'mkdir', path, mode });
  const file = (path: string, text = '', process = root): void => {
    const flags = flag.WRONLY | flag.CREAT;
    const fd = need(kernel.call(process, { call: 'open', path, flags, mode: 0o666 }));
    make(process, { call: 'write', fd, bytes: Buffer.from(text) });
    make(process, { call: 'close', fd });
  };
  const open = (process: Process, path: string, flags = 0) =>
    need(kernel.call(process, { call: 'open', path, flags, mode: 0o666 }));
  const start = (more: Partial<ProcessOptions> = {}) => kernel.start({ client: 0, ...more });
  const bytes = (path: string) => Buffer.from(kernel.peek(path)?.content() ?? 'none').toString();
  return { kernel, root, make, directory, file, open, start, bytes };
}

/** @throws Error with the errno where the call failed */
export function need<T>(answer: T | Errno): T {
  if (answer instanceof Errno) throw new Error(answer.code);
  return answer;
}

/** @throws Error with the errno where the call failed */
export function stats(answer: string | AnswerOf<'stat'>): AnswerOf<'stat'> {
  if (typeof answer === 'string') throw new Error(answer);
  return answer;
}
