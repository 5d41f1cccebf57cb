/** What most stores leave beside their file. */
const common = ['.lock', '.tmp', '.bak'];

const plainEnding = /^(?:\\\.[\w-]+)+\$$/;

/**
 * The names that a target calls its own, as far as its patterns say them plainly (`\.last$`) or fit a common one.
 * @param artifacts the sources of its patterns
 */
export function plainNames(artifacts: readonly string[], file: string): string[] {
  const said = artifacts
    .filter((source) => plainEnding.test(source))
    .map((source) => source.replace(/[\\$]/g, ''));
  const patterns = artifacts.map((source) => new RegExp(source));
  const fitting = common.filter((ending) => patterns.some((pattern) => pattern.test(ending)));
  const endings = new Set([...said, ...fitting]);
  return [...(endings.size > 0 ? endings : common)].map((ending) => `${file}${ending}`);
}
