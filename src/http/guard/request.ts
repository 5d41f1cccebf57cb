/** A request as it came. Nothing in it is normalised: a difference between guard and router is a way past the guard. */
export interface IncomingRequest {
  /** In upper case, as RFC 9110 has it; any other is refused. */
  method: string;
  /** The request target: `/path?query`, or `http://host/path?query`. */
  target: string;
  /**
   * The request as middleware before the guard has changed it, where it has. A router may use either form, so the request needs
   * the permissions of both.
   */
  rewritten?: Rewritten | undefined;
  /** Returns all values of a header, by its name in lower case: one for each line, where the runtime still knows the lines. */
  headers(name: string): readonly string[];
  /** True if the connection is about to leave HTTP, for a WebSocket say. */
  upgrade: boolean;
}

/** Further forms of a request. */
export interface Rewritten {
  /** Each method that a router may find. */
  methods: readonly string[];
  /** Each target that a router may find. */
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
