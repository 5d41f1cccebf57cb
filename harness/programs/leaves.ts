import { NotWholeError } from './not-whole.js';

/** One text in a document, and the way to it. */
export interface Leaf {
  path: readonly string[];
  text: string;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * All texts and numbers of a document, however deep. An element of a list is called by its `name`, where it has one.
 * @param below `a.b.c`: only what is below this. Where there is nothing, there are no leaves
 * @throws SyntaxError if the document is neither an object nor a list
 */
export function leavesOf(document: unknown, below = ''): Leaf[] {
  if (typeof document !== 'object' || document === null)
    throw new NotWholeError('it is neither an object nor a list');
  const steps = below.split('.').filter((step) => step !== '');
  const start = steps.reduce<unknown>((found, step) => memberOf(found, step), document);
  return [...leavesBelow(start, [])];
}

function* leavesBelow(value: unknown, path: readonly string[]): Generator<Leaf> {
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    for (const [step, member] of Object.entries(value)) {
      const name = Array.isArray(value) ? memberOf(member, 'name') : undefined;
      yield* leavesBelow(member, [...path, typeof name === 'string' ? name : step]);
    }
  } else if (value !== undefined && value !== null) {
    yield { path, text: String(value) };
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Members)[name];
}
