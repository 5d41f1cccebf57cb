/** What client processes run on. */
export const runtimeNames = ['node', 'bun', 'deno'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** `mixed`: the clients take turns, and one that comes back takes the next turn. */
export const runtimeChoices = [...runtimeNames, 'mixed'] as const;
export type RuntimeChoice = (typeof runtimeChoices)[number];
