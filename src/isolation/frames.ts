/** What the helper in C says: see native/isolate/README.md. All numbers are in the order of bytes of this machine. */
export type Frame =
  | { type: 'text'; id: number; bytes: Buffer }
  | { type: 'drop'; id: number }
  | { type: 'commit'; number: number; written: number; isLate: boolean; bases: BaseFrame[] }
  | { type: 'note'; word: string; of: string }
  | { type: 'started' }
  /** `code`: what a shell answers. `errno`: why. */
  | { type: 'refused'; code: number; errno: number }
  /**
   * The command has ended. `code` is -1 where a signal has ended it, whose number is not 0 then. `goesOn`: what it has started
   * has not ended
   */
  | { type: 'ended'; code: number; signal: number; goesOn: boolean };

interface BaseFrame {
  id: number;
  ageMs: number;
  isWritten: boolean;
}

const headSize = 8;
/** Texts are 16 MiB long, and some more if they have grown while they were read. */
const frameMax = 64 * 1024 * 1024;

/** Cuts what comes into frames. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #size = 0;
  /** With less, there is no whole frame. */
  #needed = headSize;

  /** @throws RangeError for what is none: nothing that follows can be read either */
  push(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return [];
    let rest = Buffer.concat(this.#chunks);
    const frames: Frame[] = [];
    for (;;) {
      this.#needed = headSize + (rest.length < headSize ? 0 : rest.readUInt32LE(4));
      if (this.#needed > frameMax) throw new RangeError('the helper sent a frame that is too long');
      if (rest.length < this.#needed) break;
      frames.push(frameOf(String.fromCharCode(rest[0] ?? 0), rest.subarray(headSize, this.#needed)));
      rest = rest.subarray(this.#needed);
    }
    this.#chunks = [rest];
    this.#size = rest.length;
    return frames;
  }
}

/** The answer to a commit. @param errno 0: it is done @param base the id of the text that it was based on */
export function answerOf(number: number, errno: number, base: number | undefined): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeInt32LE(number, 0);
  bytes.writeInt32LE(errno, 4);
  bytes.writeInt32LE(base ?? 0, 8);
  return bytes;
}

function frameOf(kind: string, payload: Buffer): Frame {
  const word = (at: number) => payload.readUInt32LE(4 * at);
  switch (kind) {
    case 'T':
      return { type: 'text', id: word(0), bytes: Buffer.from(payload.subarray(4)) };
    case 'D':
      return { type: 'drop', id: word(0) };
    case 'C': {
      const bases = Array.from({ length: word(3) }, (_, at) => {
        const from = 4 + 3 * at;
        return { id: word(from), ageMs: word(from + 1), isWritten: word(from + 2) !== 0 };
      });
      return { type: 'commit', number: word(0), written: word(1), isLate: word(2) !== 0, bases };
    }
    case 'N': {
      const [name = '', ...rest] = payload.toString('utf8').split(' ');
      return { type: 'note', word: name, of: rest.join(' ') };
    }
    case 'S':
      return { type: 'started' };
    case 'X':
      return { type: 'refused', code: payload.readInt32LE(0), errno: payload.readInt32LE(4) };
    case 'E':
      return {
        type: 'ended',
        code: payload.readInt32LE(0),
        signal: payload.readInt32LE(4),
        goesOn: payload.readInt32LE(8) !== 0,
      };
    default:
      throw new RangeError('the helper sent a frame of an unknown kind');
  }
}
