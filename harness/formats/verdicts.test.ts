import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readLines } from '../history/lines.js';
import { checkLinearizable } from '../linearizable/index.js';
import { toCalls } from './calls.js';
import { dialects } from './dialects.js';
import { readLog } from './log.js';

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** Histories of others, whose verdicts are known: see fixtures/README.md. */
const verdicts: { linearizable: Record<string, boolean>; kv: Record<string, boolean> } = JSON.parse(
  readFileSync(fixture('verdicts.json'), 'utf8'),
);

describe('histories that Jepsen recorded of etcd', () => {
  test.each(Object.entries(verdicts.linearizable))(
    'the checker agrees that %s.log is linearizable: %s',
    async (name, isLinearizable) => {
      const file = fixture(`etcd/${name}.log`);
      const dialect = dialects['cas-register'];
      const { events } = await readLog(readLines(file), 'jepsen', file);
      const calls = toCalls(events, dialect, file);
      const { verdict, contradiction } = checkLinearizable(dialect.model, calls);
      expect(verdict).toBe(isLinearizable ? 'valid' : 'invalid');
      if (contradiction) expect(contradiction.calls.length).toBeLessThan(15);
    },
  );
});

describe('histories of a key-value store', () => {
  test.each(Object.entries(verdicts.kv))(
    'the checker agrees that %s.txt is linearizable: %s',
    async (name, isLinearizable) => {
      const file = fixture(`kv/${name}.txt`);
      const { events } = await readLog(readLines(file), 'maelstrom', file);
      const calls = toCalls(events, dialects.kv, file);
      const { verdict, contradiction } = checkLinearizable(dialects.kv.model, calls);
      expect(verdict).toBe(isLinearizable ? 'valid' : 'invalid');
      if (contradiction) expect(contradiction.calls).toHaveLength(2);
    },
  );
});
