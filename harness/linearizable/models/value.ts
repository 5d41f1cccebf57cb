/** What a register of a recorded history holds. */
export type Value = string | number | null;

/** Different for every two values, a number and its digits included. */
export function show(value: Value | boolean): string {
  return typeof value === 'string' ? JSON.stringify(value) : value === null ? 'nothing' : String(value);
}
