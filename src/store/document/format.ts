import { type Document, parseDocument, serializeDocument } from './document.js';

/** How the bytes of a file hold a document. All who share a file must use the same. */
export interface DocumentFormat {
  /** Part of the last-committed copy, which no other format reads. */
  name: string;
  /** Undefined where the bytes hold no document. */
  parse: (bytes: Uint8Array) => Document | undefined;
  serialize: (document: Document) => Buffer;
  /** Do two texts of an entry mean the same? Default: as JSON. */
  isSame?: (a: string, b: string) => boolean;
}

export const jsonFormat: DocumentFormat = {
  name: 'json',
  parse: parseDocument,
  serialize: serializeDocument,
};
