import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { StoreError } from '../errors/store-error.js';
import { wrongInput } from './failures.js';

/** A key that seals the values of stores. */
export interface SealingKey {
  /** Stands before each value that it has sealed: letters, digits, `_` and `-`. It is no secret. */
  id: string;
  /** 32 random bytes. */
  secret: Uint8Array;
}

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const version = 'hf1';

/**
 * Values that others can see, and must not read: `hf1.<key id>.<base64url of nonce, ciphertext and tag>`. AES-256-GCM, by a data key of the
 * store (HKDF-SHA256 of the master key), so that the random nonces of two stores never meet under one key. The place of the
 * entry is authenticated, too: a value that was moved to another entry or another store does not open.
 */
export class Seal {
  readonly #keys = new Map<string, Buffer>();
  readonly #first: string;
  readonly #place: string;
  readonly #corruptHint: string;

  /**
   * @param prefix of the store: its data key depends on it
   * @param place for errors
   * @param corruptHint what to do about a value that does not open
   */
  constructor(
    keys: readonly SealingKey[],
    prefix: string,
    place: string,
    corruptHint = 'Give the key that has sealed it, or set or remove the entry anew',
  ) {
    for (const { id, secret } of keys) {
      if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id))
        throw wrongInput('the id of a sealing key must be letters, digits, _ and -, at most 64');
      if (!(secret instanceof Uint8Array) || secret.length !== keyBytes)
        throw wrongInput(`the secret of the sealing key ${id} must be ${keyBytes} bytes`);
      if (this.#keys.has(id)) throw wrongInput(`two sealing keys have the id ${id}`);
      this.#keys.set(id, Buffer.from(hkdfSync('sha256', secret, '', `holdfast ${prefix}`, keyBytes)));
    }
    this.#first = keys[0]?.id ?? '';
    this.#place = place;
    this.#corruptHint = corruptHint;
  }

  /** @param name of the entry in the engine, with its prefix */
  seal(name: string, text: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(this.#first) as Buffer, nonce);
    cipher.setAAD(Buffer.from(name));
    const body = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return `${version}.${this.#first}.${Buffer.concat(body).toString('base64url')}`;
  }

  /** @throws StoreError `E_CORRUPT`, with nothing of the text in it */
  open(name: string, text: string): string {
    const [form, id = '', body = '', ...rest] = text.split('.');
    if (form !== version) throw this.#corrupt(name, 'is not sealed, and this process has keys');
    const key = this.#keys.get(id);
    if (!key)
      throw this.#corrupt(name, `is sealed by the key ${shown(id)}, which this process does not have`);
    const bytes = Buffer.from(body, 'base64url');
    // The decoder passes over what is no base64url: another text with the same bytes was changed, too.
    const isWhole = rest.length === 0 && bytes.toString('base64url') === body;
    if (isWhole && bytes.length >= nonceBytes + tagBytes) {
      try {
        const nonce = bytes.subarray(0, nonceBytes);
        const opener = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
        opener.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(-tagBytes));
        const sealed = bytes.subarray(nonceBytes, -tagBytes);
        return Buffer.concat([opener.update(sealed), opener.final()]).toString();
      } catch {
        // The same as one that is too short.
      }
    }
    throw this.#corrupt(name, 'was changed, or moved from another place: its seal does not open');
  }

  /** True if the first key has sealed it. */
  isCurrent(text: string): boolean {
    return text.startsWith(`${version}.${this.#first}.`);
  }

  #corrupt(name: string, how: string): StoreError {
    return new StoreError('E_CORRUPT', `the entry ${JSON.stringify(name)} of ${this.#place} ${how}`, {
      definite: true,
      file: this.#place,
      hint: this.#corruptHint,
    });
  }
}

/** What stands there was written by others. */
function shown(id: string): string {
  return JSON.stringify(id.slice(0, 64));
}

/** True for a text that looks sealed. No JSON value begins so. */
export function isSealed(text: string): boolean {
  return text.startsWith(`${version}.`);
}
