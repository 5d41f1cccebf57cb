import { expect, it } from 'vitest';
import { placeInJson } from './place-in-json.js';

const place = (text: string) => {
  try {
    JSON.parse(text);
    return 'JSON';
  } catch (error) {
    return placeInJson(error, text);
  }
};

it.each([
  ['', ' from line 1, column 1 on'],
  ['sk-made-up', ' from line 1, column 1 on'],
  ['{\n  "a": 1,\n  sk-made-up\n}', ' from line 3, column 3 on'],
  ['{"a":1}\n{"b":2}', ' from line 2, column 1 on'],
  ['{\n"a": "sk-made-', ' from line 2, column 15 on'],
  ['{"a": tru', ' from line 1, column 10 on'],
  ['{"a": trux}', ' from line 1, column 10 on'],
])('%j stops being JSON%s, and the text there is not quoted', (text, expected) => {
  expect(place(text)).toBe(expected);
});
