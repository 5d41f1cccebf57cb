/** What etcd's HTTP/JSON gateway takes and gives: keys and values in base64, 64-bit numbers as text, false and empty left out. */
export interface KeyValue {
  key: string;
  value?: string;
  create_revision: string;
  mod_revision: string;
}

export interface Range {
  header: { revision: string };
  kvs?: KeyValue[];
}

export interface Txn {
  header: { revision: string };
  succeeded?: boolean;
  responses?: { response_range?: Range }[];
}

export type Compare = Readonly<Record<string, string>>;
export type Operation = Readonly<Record<string, object>>;

export function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function decode(text = ''): string {
  return Buffer.from(text, 'base64').toString();
}

export function put(key: string, value: string, lease?: string): Operation {
  const request = { key: encode(key), value: encode(value) };
  return { request_put: lease === undefined ? request : { ...request, lease } };
}

export function remove(key: string): Operation {
  return { request_delete_range: { key: encode(key) } };
}

export function get(key: string): Operation {
  return { request_range: { key: encode(key) } };
}

/** All keys that begin so. */
export function getAll(prefix: string): Operation {
  return { request_range: { key: encode(prefix), range_end: encode(endOf(prefix)) } };
}

/** The first key behind all that begin with the prefix, which is ASCII. */
export function endOf(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/**
 * Compares by value, and every value that is compared is unique. Revisions would do as long as a cluster lives, but one that was
 * restored from a snapshot counts the same numbers again, for other contents.
 * @param value undefined where the key must be absent
 */
export function holds(key: string, value: string | undefined): Compare {
  if (value === undefined) return { key: encode(key), target: 'VERSION', result: 'EQUAL', version: '0' };
  return { key: encode(key), target: 'VALUE', result: 'EQUAL', value: encode(value) };
}

/** Compares by the revision of the last change: a key that was removed and put again is another one. */
export function unchanged(key: string, revision: string): Compare {
  return { key: encode(key), target: 'MOD', result: 'EQUAL', mod_revision: revision };
}

/** The keys and values that the n-th operation of a transaction has found. */
export function found({ responses }: Txn, n: number): KeyValue[] {
  return responses?.[n]?.response_range?.kvs ?? [];
}

/** The value of the one key that it has found. */
export function foundValue(answer: Txn, n: number): string | undefined {
  const [first] = found(answer, n);
  return first && decode(first.value);
}
