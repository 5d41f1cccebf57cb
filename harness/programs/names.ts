import type { ValueId } from '../history/events.js';

/**
 * The keys that the harness uses, in a plain alphabet: `tui-1-provider-7`. They are found again within whatever a program
 * makes of them: `//tui-1-provider-7.example.test/:_authToken`.
 */
const key = /(?:tui|login|web|server|desktop|shared|seed|audit|probe)(?:-\d+)?-provider(?:-\d+)?(?!\d)/;

/** @returns the key of ours in a text; undefined where there is none */
export function keyIn(text: string): string | undefined {
  return key.exec(text)?.[0];
}

const end = '-end';

/** What a program is given for a value: the id of the operation that writes it, and a mark by which a cut off one shows. */
export function textOf(id: ValueId): string {
  return `${id}${end}`;
}

const whole = /(?<![\w.-])([a-z]+(?:-\d+)?(?:\.\d+){1,2})-end(?![\w-])/g;
const part = /(?<![\w.-])([a-z]+(?:-\d+)?(?:\.\d+){1,2})/;

/** The id in what was found at a key; `!` and a reason where it is not exactly one value that was written. */
export function idIn(text: string): ValueId {
  const ids = [...new Set([...text.matchAll(whole)].map(([, id = '']) => id))];
  const [id] = ids;
  if (ids.length > 1) return `!parts of ${ids.slice(0, 2).join(' and of ')}`;
  if (id !== undefined) return id;
  const [, piece] = part.exec(text) ?? [];
  return piece === undefined ? '!not one of ours' : `!a part of ${piece}`;
}
