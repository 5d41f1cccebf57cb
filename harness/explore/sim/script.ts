import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import type { TargetModule } from '../../core/target.js';

/** What a script finds as its own, in place of what is there for all. */
const names = [
  ...['exports', 'require', 'module', '__filename', '__dirname'],
  ...['process', 'Date', 'performance', 'Math', 'crypto', 'AbortSignal', 'Atomics', 'console'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  ...['globalThis', 'global', 'fetch', 'WebSocket', 'EventSource', 'MessageChannel', 'BroadcastChannel'],
  ...['SharedArrayBuffer', 'WebAssembly'],
] as const;

export type Globals = Record<Exclude<(typeof names)[number], 'exports' | 'module'>, unknown>;

/**
 * A bundled target. It is compiled once, and the same function is called for each life, so that what V8 has learnt of it stays. There is
 * one realm: an error that is made here is an `Error` there.
 * @returns evaluates it anew
 */
export function loadScript(bundle: string): (globals: Globals) => TargetModule {
  const code = readFileSync(bundle, 'utf8');
  const script = new vm.Script(`(function (${names.join(', ')}) {${code}\n})`, { filename: bundle });
  const evaluate = script.runInThisContext() as (...values: unknown[]) => void;
  return function instantiate(globals) {
    const made = { exports: {} as TargetModule };
    const own: Record<string, unknown> = { ...globals, exports: made.exports, module: made };
    evaluate(...names.map((name) => own[name]));
    return made.exports;
  };
}
