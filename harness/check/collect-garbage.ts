import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collector: (() => void) | undefined;

/**
 * Collects garbage now. What is read of millions of operations lies about in a heap that V8 lets grow to several times of what is in use,
 * and buffers lie beside it until the next collection. Without a flag at the start of the process.
 */
export function collectGarbage(): void {
  if (!collector) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as () => void;
  }
  collector();
}
