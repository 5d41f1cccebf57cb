import fs from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import type { TargetModule } from '../../core/target.js';
import { loadTarget } from '../../targets/index.js';
import type { ClientSetup } from '../protocol/protocol.js';
import { isAsItWas, keep } from './restore.js';

/**
 * How a target comes into the process. Bundled into one script, all its modules are made anew for each execution, so nothing
 * that they keep is left of the last; imported as it is, it is loaded once, for a process that lives for one execution.
 */
export async function targetLoader({
  bundle,
  module,
  label,
  options,
}: ClientSetup): Promise<() => TargetModule> {
  if (bundle === undefined) {
    const loaded = await loadTarget({ label, module, options });
    return () => loaded;
  }
  const code = fs.readFileSync(bundle, 'utf8');
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${code}\n})`;
  const script = new vm.Script(wrapped, {
    filename: bundle,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const realRequire = createRequire(module);
  // A fresh one for each execution: what a library defines on it for good must not be there for the next.
  const copyOfFs = () => Object.defineProperties({}, Object.getOwnPropertyDescriptors(fs));
  let ownFs = keep(copyOfFs());
  return function instantiate() {
    const made = { exports: {} as TargetModule };
    if (!isAsItWas(ownFs)) ownFs = keep(copyOfFs());
    const { object } = ownFs;
    const require = (name: string) => {
      if (/^(node:)?fs$/.test(name)) return object;
      return realRequire(name);
    };
    script.runInThisContext()(made.exports, require, made, bundle, process.cwd());
    return made.exports;
  };
}
