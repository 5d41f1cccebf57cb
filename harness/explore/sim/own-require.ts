import { builtinModules } from 'node:module';

/** `require`, as one life of a virtual process finds it. @param requireModule the modules that all of its lives share */
export function requireWith(
  { fs, process }: { fs: { promises: unknown }; process: unknown },
  requireModule: (name: string) => unknown,
): (name: string) => unknown {
  const require = (name: string): unknown => {
    const short = name.replace(/^node:/, '');
    if (short === 'fs') return fs;
    if (short === 'fs/promises') return fs.promises;
    if (short === 'process') return process;
    // What it is made for was not put into the script, unless it is one of Node's.
    if (short === 'module') return { createRequire: () => require, builtinModules };
    return requireModule(name);
  };
  return require;
}
