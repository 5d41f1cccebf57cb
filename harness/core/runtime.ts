/** What client processes run on. */
export const runtimeNames = ['node', 'bun', 'deno'] as const;
/** One of `node`, `bun` and `deno`. */
export type RuntimeName = (typeof runtimeNames)[number];

/** `mixed`: the clients take turns, and one that comes back takes the next turn. */
export const runtimeChoices = [...runtimeNames, 'mixed'] as const;
/** A runtime, or `mixed`. */
export type RuntimeChoice = (typeof runtimeChoices)[number];
