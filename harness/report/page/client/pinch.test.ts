import { expect, test } from 'vitest';
import { Pinch } from './pinch.js';

const view = { from: 100, to: 200 };

test('the moment under each of two fingers stays under it', () => {
  const pinch = new Pinch();
  pinch.press(1, 0.4, view);
  pinch.press(2, 0.6, view);
  // Twice as far apart: half as much is shown, around the middle.
  expect(pinch.move(1, 0.3)).toEqual({ from: expect.closeTo(120), to: expect.closeTo(120 + 200 / 3) });
  expect(pinch.move(2, 0.7)).toEqual({ from: expect.closeTo(125), to: expect.closeTo(175) });
});

test('one finger, a third one, and two on one place change nothing', () => {
  const pinch = new Pinch();
  pinch.press(1, 0.4, view);
  expect(pinch.move(1, 0.5)).toBeUndefined();
  pinch.press(2, 0.6, view);
  expect(pinch.move(2, 0.505)).toBeUndefined();
  pinch.press(3, 0.9, view);
  expect(pinch.move(2, 0.9)).toBeUndefined();
  pinch.release(3);
  pinch.release(2);
  expect(pinch.move(2, 0.9)).toBeUndefined();
});
