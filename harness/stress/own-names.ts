/** What most stores leave beside their file. */
const common = ['.lock', '.tmp', '.bak'];

const plainEnding = /^(?:\\\.[\w-]+)+\$$/;

/**
 * The names that a target calls its own, as far as its patterns say them plainly (`\.last$`) or fit a common one.
 * @param artifacts the sources of its patterns
 * @param own patterns of what it leaves when it is alone: see own-paths.ts
 */
export function plainNames(
  artifacts: readonly string[],
  file: string,
  own: readonly string[] = [],
): string[] {
  const said = artifacts
    .filter((source) => plainEnding.test(source))
    .map((source) => source.replace(/[\\$]/g, ''));
  const patterns = artifacts.map((source) => new RegExp(source));
  const fitting = common.filter((ending) => patterns.some((pattern) => pattern.test(ending)));
  const left = own.flatMap(
    (pattern) => /^\{file\}((?:\\\.[\w]+)+)$/.exec(pattern)?.[1]?.replaceAll('\\', '') ?? [],
  );
  const endings = new Set([...said, ...fitting, ...left]);
  return [...(endings.size > 0 ? endings : common)].map((ending) => `${file}${ending}`);
}
