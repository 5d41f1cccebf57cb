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
 * What esbuild puts before each script, and its dearest work at each evaluation, done once. Each stays on its line, since places in
 * the source are told by lines.
 */
const once: readonly (readonly [before: string, after: string])[] = [
  // Each function and class is given its name, which may have been changed. Nearly all have it, and to define a property is dear.
  [
    'var __name = (target, value) => __defProp(',
    'var __name = (target, value) => target.name === value ? target : __defProp(',
  ],
  // Each module that imports another gets a namespace of its own, with a getter for each name: of `fs` there are a hundred.
  [
    'var __toESM = (mod, isNodeMode, target) => (',
    `var __spaces = new Map(), __toESM = (mod, isNodeMode) => {
      const count = mod == null ? 0 : __getOwnPropNames(mod).length, known = __spaces.get(mod);
      if (known && known.count === count && known.isNodeMode === isNodeMode) return known.space;
      const space = __toNewESM(mod, isNodeMode);
      __spaces.set(mod, { count, isNodeMode, space });
      return space;
    }, __toNewESM = (mod, isNodeMode, target) => (`.replaceAll(/\s+/g, ' '),
  ],
];

/**
 * A bundled target. It is compiled once, and the same function is called for each life, so that what V8 has learnt of it stays. There is
 * one realm: an error that is made here is an `Error` there.
 * @returns evaluates it anew
 */
export function loadScript(bundle: string): (globals: Globals) => TargetModule {
  const code = once.reduce(
    (text, [before, after]) => text.replace(before, () => after),
    readFileSync(bundle, 'utf8'),
  );
  const script = new vm.Script(`(function (${names.join(', ')}) {${code}\n})`, { filename: bundle });
  const evaluate = script.runInThisContext() as (...values: unknown[]) => void;
  return function instantiate(globals) {
    const made = { exports: {} as TargetModule };
    const own: Record<string, unknown> = { ...globals, exports: made.exports, module: made };
    evaluate(...names.map((name) => own[name]));
    return made.exports;
  };
}
