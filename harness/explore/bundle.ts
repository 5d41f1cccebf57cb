import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { UsageError } from '../core/usage-error.js';

/**
 * Puts a target and all its modules into one script, so that they can be made anew for each execution in a millisecond. What it
 * does is not changed; a module that can't be put so (one that awaits at its top level, say) is refused.
 * @param file where the script goes; its source map goes beside it
 */
export async function bundleTarget(module: string, file: string): Promise<void> {
  const result = await build({
    entryPoints: [fileURLToPath(module)],
    outfile: file,
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'silent', write: true },
    ...{ sourcemap: 'external', keepNames: true, external: ['*.node'] },
    define: { 'import.meta.url': JSON.stringify(module) },
    absWorkingDir: path.dirname(fileURLToPath(module)),
  }).catch((error: { errors?: { text: string }[]; message: string }) => {
    const reason = error.errors?.[0]?.text ?? error.message;
    throw new UsageError(`${fileURLToPath(module)} can't be made into one script: ${reason}`);
  });
  void result;
}
