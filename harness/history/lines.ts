import { createReadStream } from 'node:fs';

/** Several lines of a file, without their ends. */
export interface Chunk {
  lines: string[];
  /** The last of them has no end: the file ends in it. */
  isCut: boolean;
}

/** The lines of a file, in chunks: for files of millions of lines, where one promise for each line would cost more than the line. */
export async function* readChunks(file: string, start = 0): AsyncGenerator<Chunk> {
  let rest = '';
  for await (const chunk of createReadStream(file, { start, encoding: 'utf8', highWaterMark: 1 << 18 })) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield { lines, isCut: false };
  }
  if (rest !== '') yield { lines: [rest], isCut: true };
}

/** The lines of a file, one by one, without the CR that some programs put before the end. */
export async function* readLines(file: string): AsyncGenerator<{ line: string; isCut: boolean }> {
  let isFirst = true;
  for await (const { lines, isCut } of readChunks(file)) {
    for (const line of lines) {
      yield { line: (isFirst ? line.replace(/^\uFEFF/, '') : line).replace(/\r$/, ''), isCut };
      isFirst = false;
    }
  }
}
