/** How a user's project that is strict compiles what imports ours. `--lib` has what Node 20 has. */
export const userCompilerFlags = [
  '--ignoreConfig',
  ...['--module', 'nodenext'],
  ...['--target', 'es2022'],
  ...['--lib', 'es2023,esnext.disposable'],
  '--strict',
  // Those that the compiler brings itself.
  '--skipDefaultLibCheck',
  ...['--types', 'node'],
  '--noEmit',
] as const;
