/** The same choices led elsewhere: something decides that the gate does not control. */
export class NondeterminismError extends Error {
  override readonly name = 'NondeterminismError';
  constructor(
    readonly step: number,
    readonly detail: string,
  ) {
    super(`the same schedule led to another call at step ${step + 1}: ${detail}`);
  }
}
