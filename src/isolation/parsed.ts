import type { Document } from '../store/document/document.js';
import type { DocumentFormat } from '../store/document/format.js';

/** As many as several programs change between two looks of one. */
const keptMax = 8;
/** Longer texts are parsed anew: to keep some of them takes more room than it saves time. */
const bytesMax = 256 * 1024;

/**
 * The same format, which parses no text twice in a row. A commit writes a text, the program reads it, and its change is applied to
 * it: that is one text three times.
 */
export function parsedOnce(format: DocumentFormat): DocumentFormat {
  const kept: { bytes: Uint8Array; document: Document | undefined }[] = [];
  const keep = (bytes: Uint8Array, document: Document | undefined) => {
    if (bytes.length > bytesMax) return;
    // The newest first.
    kept.unshift({ bytes, document });
    kept.length = Math.min(kept.length, keptMax);
  };
  return {
    ...format,
    parse(bytes) {
      const found = kept.find((one) => Buffer.compare(one.bytes, bytes) === 0);
      if (found) return found.document;
      const document = format.parse(bytes);
      keep(bytes, document);
      return document;
    },
    serialize(document) {
      const bytes = format.serialize(document);
      // Of others, what is read from such a text may differ in a comment, say.
      if (format.name === 'json') keep(bytes, document);
      return bytes;
    },
  };
}
