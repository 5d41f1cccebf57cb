import { programEnvironment } from './environment.js';
import type { Call, Program } from './specification.js';
import { fill, type Words } from './template.js';

/** For how long a command may run, where the user does not say, in milliseconds. */
export const commandMsDefault = 60_000;

/** The argument vector of a call, and the environment that it runs in. @throws TypeError for a request or a line, which are no commands */
export function invocation({ env }: Pick<Program, 'env'>, call: Call, words: Words) {
  if (call.how === 'request' || call.how === 'line') throw new TypeError(`a ${call.how} is no command`);
  const isShell = call.how === 'shell';
  const argv = isShell ? ['sh', '-c', call.text] : call.words.map((word) => fill(word, words));
  return { argv, env: programEnvironment(process.env, words, env, isShell) };
}
