import { closeSync, openSync, readSync } from 'node:fs';

const chunk = 1 << 20;
const mark = Buffer.from('{"type":"run"');
const lineMark = Buffer.concat([Buffer.from('\n'), mark]);

/** At which bytes of a history its runs begin, in their order. */
export function runStarts(file: string): number[] {
  const descriptor = openSync(file, 'r');
  const starts: number[] = [];
  try {
    const buffer = Buffer.alloc(chunk);
    // What may be the beginning of a mark is read once more.
    for (let offset = 0; ; offset += chunk - lineMark.length + 1) {
      const bytes = buffer.subarray(0, readSync(descriptor, buffer, 0, chunk, offset));
      if (offset === 0 && bytes.subarray(0, mark.length).equals(mark)) starts.push(0);
      for (let at = bytes.indexOf(lineMark); at >= 0; at = bytes.indexOf(lineMark, at + 1))
        starts.push(offset + at + 1);
      if (bytes.length < chunk) return starts;
    }
  } finally {
    closeSync(descriptor);
  }
}
