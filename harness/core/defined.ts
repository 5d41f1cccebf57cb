type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Returns the properties that are there, to be spread into an object whose optional properties are absent or have a value. */
export function defined<T extends object>(properties: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
