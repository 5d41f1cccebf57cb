import type { Span } from './scene/facts.js';

/** Nearer together than this, the place of two fingers says nothing. */
const apartMin = 0.02;

/** Two fingers on a picture: the moment that lay under each stays under it. Of one finger the page is scrolled. */
export class Pinch {
  /** By the number of the pointer, its place: a share of the picture's width. */
  readonly #fingers = new Map<number, number>();
  #held: { places: readonly [number, number]; view: Span } | undefined;

  /** @returns the two fingers, once there are two; else none */
  press(finger: number, place: number, view: Span): number[] {
    this.#fingers.set(finger, place);
    const [one, two, ...more] = this.#fingers.values();
    const isPair = one !== undefined && two !== undefined && more.length === 0;
    this.#held = isPair ? { places: [one, two], view } : undefined;
    return isPair ? [...this.#fingers.keys()] : [];
  }

  /** @returns what is to be shown; undefined where there is nothing to change */
  move(finger: number, place: number): Span | undefined {
    if (!this.#fingers.has(finger)) return undefined;
    this.#fingers.set(finger, place);
    const [one = 0, two = 0] = this.#fingers.values();
    if (this.#held === undefined) return undefined;
    const { places, view } = this.#held;
    const before = places[1] - places[0];
    if (Math.min(Math.abs(two - one), Math.abs(before)) < apartMin || two - one > 0 !== before > 0)
      return undefined;
    const moment = view.from + places[0] * (view.to - view.from);
    const length = ((view.to - view.from) * before) / (two - one);
    const from = moment - one * length;
    return { from, to: from + length };
  }

  release(finger: number): void {
    this.#fingers.delete(finger);
    this.#held = undefined;
  }
}
