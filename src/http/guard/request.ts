/** A request as it came. Nothing of it is normalised: what a guard and a router read differently is a way past the guard. */
export interface IncomingRequest {
  method: string;
  /** The request target: `/path?query`, or `http://host/path?query`. */
  target: string;
  /**
   * What middleware before the guard made of the request, where that differs. A router may go by either, so the request
   * needs the permissions of both.
   */
  rewritten?: Rewritten | undefined;
  /** All values of a header, by its name in lower case; one for each line, where the runtime still knows the lines. */
  headers(name: string): readonly string[];
  /** True if the connection is about to become something else than HTTP, a WebSocket for instance. */
  upgrade: boolean;
}

export interface Rewritten {
  methods: readonly string[];
  targets: readonly string[];
}

/** Every method that a router may find in the request, each once. */
export function methodsOf({ method, rewritten }: IncomingRequest): readonly string[] {
  return rewritten ? [...new Set([method, ...rewritten.methods])] : [method];
}

/** Every target that a router may find in the request, each once. */
export function targetsOf({ target, rewritten }: IncomingRequest): readonly string[] {
  return rewritten ? [...new Set([target, ...rewritten.targets])] : [target];
}

/**
 * True for the header of a request that asks to leave HTTP. `h2c` does not: Java's client offers it with every request, and
 * no server here takes it up.
 */
export function isUpgrade(values: readonly string[]): boolean {
  return values.some((value) => value.trim().toLowerCase() !== 'h2c');
}
