// Builds the helpers in C for the packages that have them prebuilt, from the source in native/: static, so that they run on any
// Linux of that processor. Needs what `npm run build` writes, and a compiler for each processor:
//
//   apt-get install gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross
//   node tools/helpers/build.mjs [x64] [arm64]         # into packages/linux-x64 and packages/linux-arm64
//
// CC_X64 and CC_ARM64 name other compilers. A file has the hash of its source in its name, by which the command finds it. What was
// there before is removed.
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cFiles, fileNameOf, flags } from '../../build/src/native/helper.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const compilers = {
  x64: process.env.CC_X64 ?? 'x86_64-linux-gnu-gcc',
  arm64: process.env.CC_ARM64 ?? 'aarch64-linux-gnu-gcc',
};
const helpers = ['isolate', 'syscall-gate'];

const chosen = process.argv.slice(2);
for (const arch of chosen.length > 0 ? chosen : Object.keys(compilers)) {
  const compiler = compilers[arch];
  if (!compiler) throw new Error(`expected ${Object.keys(compilers).join(' or ')}, got ${arch}`);
  const directory = path.join(root, 'packages', `linux-${arch}`);
  for (const old of readdirSync(directory).filter((file) =>
    helpers.some((one) => file.startsWith(`${one}-`)),
  ))
    rmSync(path.join(directory, old));
  for (const name of helpers) {
    const made = path.join(directory, fileNameOf(name, arch));
    // The same source gives the same bytes: no times, and no names of places.
    const alike = ['-static', '-s', '-Wl,--build-id=none', `-ffile-prefix-map=${root}=`];
    execFileSync(compiler, [...flags, ...alike, '-o', made, ...cFiles(name)], { stdio: 'inherit' });
    process.stdout.write(`${path.relative(root, made)}: ${statSync(made).size} bytes\n`);
  }
}
