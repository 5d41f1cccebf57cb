import fc from 'fast-check';
import { expect, it } from 'vitest';
import { propertyInTiers } from '../../../../src/tiers.test.helper.js';
import { OurSide } from '../kernel/our-side.test.helper.js';
import { describeStep, type Step, stepOf } from '../kernel/sequences.test.helper.js';
import { crashStates } from './crash-states.js';
import { type Image, imageOf, mountImage, textOf } from './image.js';
import { ext4States } from './states-ext4.js';
import { strictStates } from './states-strict.js';

const bounds = { writes: 6, states: 20_000 };

/** A few calls of two processes, and the disk before them. */
function run(steps: readonly Step[]) {
  const side = new OurSide('/n/n', [0, 0], [0o022, 0o077], 0, true, false, { logs: true });
  const base = imageOf(side.kernel);
  side.kernel.log?.restart();
  const changes = side.kernel.log?.changes ?? [];
  const trail = steps.map((step) => `${describeStep(step)}: ${side.make(step)}`).join('\n');
  return { kernel: side.kernel, base, changes, trail };
}

const numbers = fc.array(fc.noShrink(fc.integer()), { maxLength: 12, size: 'max' });
/** Mostly calls that change something, on few files. */
const steps = numbers.map((all) => all.map((number, at) => stepOf(number, at < 3)));
const texts = (images: readonly Image[]) => new Set(images.map(textOf));

propertyInTiers(
  'ext4 leaves nothing that POSIX does not allow, and both leave the disk as it is seen',
  { few: 300, many: 3_000 },
  (numRuns) => {
    let compared = 0;
    const property = fc.property(steps, (some) => {
      const { kernel, base, changes, trail } = run(some);
      const strict = strictStates(base, changes, bounds);
      if (strict.isCut) return;
      compared++;
      const [allowed, left] = [texts(strict.found), texts(ext4States(base, changes, bounds).found)];
      for (const text of left) if (!allowed.has(text)) throw new Error(`${trail}\n${text}`);
      const seen = textOf(imageOf(kernel));
      if (!allowed.has(seen) || !left.has(seen)) throw new Error(`${trail}\nis not there whole: ${seen}`);
    });
    fc.assert(property, { numRuns, seed: 1 });
    expect(compared).toBeGreaterThan(numRuns / 2);
  },
);

propertyInTiers(
  'one state is left if every file and directory was synced after its last change',
  { few: 300, many: 3_000 },
  (numRuns) => {
    const property = fc.property(steps, (some) => {
      const { kernel, base, changes, trail } = run(some);
      const seen = textOf(imageOf(kernel));
      // From below: a directory is synced after what is in it.
      const inodes = [...imageOf(kernel).nodes.keys()].reverse();
      for (const inode of inodes) kernel.log?.push({ change: 'sync', inode, isDataOnly: false });
      for (const states of [strictStates, ext4States]) {
        const left = [...texts(states(base, changes, bounds).found)];
        if (left.length !== 1 || left[0] !== seen)
          throw new Error(`${trail}\n${left.join('\n')}\nis seen as\n${seen}`);
      }
    });
    fc.assert(property, { numRuns, seed: 2 });
  },
);

it('every state can be mounted, and is itself again', () => {
  const property = fc.property(steps, (some) => {
    const { base, changes } = run(some);
    for (const model of ['posix', 'ext4'] as const)
      for (const { image } of crashStates(base, changes, model, { states: 200 }).states.slice(-50))
        expect(textOf(imageOf(mountImage(image)))).toBe(textOf(image));
  });
  fc.assert(property, { numRuns: 40, seed: 3 });
});
