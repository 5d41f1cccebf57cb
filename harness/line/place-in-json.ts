/**
 * Where a text stops being JSON, in words: ` from line 3, column 7 on`. Never what stands there, which may be a secret; so the
 * parser's message, which quotes it, is read for its position and not passed on.
 * @param error what `JSON.parse` has thrown
 */
export function placeInJson(error: unknown, text: string): string {
  const position = positionIn(error) ?? firstUnexpected(text);
  if (position === undefined) return '';
  const before = text.slice(0, position).split('\n');
  return ` from line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1} on`;
}

function positionIn(error: unknown): number | undefined {
  const [, digits] = /at position (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** Some messages of V8 name no position. A beginning of the text is either one of a JSON text or not, and then longer ones aren't. */
function firstUnexpected(text: string): number | undefined {
  if (isBeginning(text)) return text.length;
  if (!isBeginning('')) return undefined;
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isBeginning(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function isBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const isCut = /Unexpected end|Unterminated/.test(error instanceof Error ? error.message : '');
    return isCut || positionIn(error) === text.length;
  }
}
