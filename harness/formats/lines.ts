import { createReadStream } from 'node:fs';

/** The lines of a file, in chunks: for files of millions of lines, where one promise for each line would cost more than the line. */
export async function* readLineChunks(file: string, start = 0): AsyncGenerator<string[]> {
  let rest = '';
  for await (const chunk of createReadStream(file, { start, encoding: 'utf8', highWaterMark: 1 << 18 })) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
  if (rest !== '') yield [rest];
}

/** The lines of a file, one by one. */
export async function* readLines(file: string): AsyncGenerator<string> {
  for await (const lines of readLineChunks(file)) yield* lines;
}
