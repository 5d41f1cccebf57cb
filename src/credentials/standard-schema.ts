/**
 * A Standard Schema, version 1 (https://standardschema.dev): what the libraries that validate have in common. The validator itself is
 * part of the package's files, so its types must not be part of ours.
 */
export interface Schema<Value> {
  /** The name of the validator, and its one function. */
  readonly '~standard': {
    /** The version of the interface. */
    readonly version: 1;
    /** The library that validates. */
    readonly vendor: string;
    /** Returns the value, or what is wrong with it. Never throws for a value of any kind. */
    readonly validate: (value: unknown) => Validated<Value> | Promise<Validated<Value>>;
    /** For the compiler alone: absent at run time. */
    readonly types?: { readonly input: Value; readonly output: Value } | undefined;
  };
}

/** A value that fits, or what is wrong with it. */
export type Validated<Value> =
  | { readonly value: Value; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };

/** One thing that is wrong with a value. */
export interface Issue {
  /** In words. It may quote the value, which is secret. */
  readonly message: string;
  /** The keys that lead there. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
