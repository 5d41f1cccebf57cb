import { type Change, isWithin } from '../kernel/log.js';
import { type Bounds, defaultBounds, type Left } from './bounds.js';
import { type Image, textOf } from './image.js';
import { ext4States } from './states-ext4.js';
import { strictStates } from './states-strict.js';

/** What a file system promises of what was not synced: `posix`, see `strictStates`; `ext4`, see `ext4States`. */
export const powerModels = ['posix', 'ext4'] as const;
export type PowerModel = (typeof powerModels)[number];

/** A disk as a power loss may leave it. `mountImage` makes a file system of it. */
export interface CrashState {
  image: Image;
  /** The first moment at which it can be left: after so many changes of the log. */
  at: number;
  /** The marks of the log up to there: what was acknowledged before the loss. */
  marks: readonly string[];
}

export interface CrashStates {
  /** Each tree once for the same marks. */
  states: CrashState[];
  /** Moments that were tried. */
  points: number;
  /** How many states that makes, before equal ones are left out. */
  tried: number;
  /** The moments at which the bounds have left states out. Empty: all of the model were tried. */
  cuts: number[];
}

const models: Readonly<
  Record<PowerModel, (base: Image, changes: readonly Change[], bounds: Bounds) => Left<Image>>
> = { posix: strictStates, ext4: ext4States };

/** Every disk that a power loss may leave after these changes. Equal ones are not left out. */
export function leftNow(
  base: Image,
  changes: readonly Change[],
  model: PowerModel,
  bounds: Bounds,
): Left<Image> {
  return models[model](base, changes, bounds);
}

/**
 * Every disk that a power loss may leave, before the first change of a log, between any two, and after the last one. One execution
 * is enough for all of them:
 *
 *     const kernel = new Kernel({ logs: true }); // and what is there at first
 *     const base = imageOf(kernel);
 *     kernel.log?.restart();
 *     // calls, and kernel.log?.mark('A.0.0') when an operation is acknowledged
 *     for (const { image, marks } of crashStates(base, kernel.log?.changes ?? [], 'ext4').states) {
 *       const after = mountImage(image, { now }); // what was marked must be there
 *     }
 *
 * @param base the disk when the log began, of which everything is durable
 */
export function crashStates(
  base: Image,
  changes: readonly Change[],
  model: PowerModel,
  bounds: Partial<Bounds> = {},
): CrashStates {
  const found = new Map<string, CrashState>();
  const cuts: number[] = [];
  const marks: string[] = [];
  let [points, tried] = [0, 0];
  const within = { ...defaultBounds, ...bounds };
  for (let at = 0; at <= changes.length; at++) {
    const change = changes[at - 1];
    if (change?.change === 'mark') marks.push(change.text);
    if (isWithin(change, changes[at])) continue;
    const { found: images, isCut } = leftNow(base, changes.slice(0, at), model, within);
    points++;
    tried += images.length;
    if (isCut) cuts.push(at);
    for (const image of images) {
      const key = `${marks.length} ${textOf(image)}`;
      if (!found.has(key)) found.set(key, { image, at, marks: [...marks] });
    }
  }
  return { states: [...found.values()], points, tried, cuts };
}
