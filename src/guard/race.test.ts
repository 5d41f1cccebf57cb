import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { newFile, runCommand, textOf } from '../store/scratch.test.helper.js';
import { FileGuard } from './file-guard.js';
import type { FileGuardEvent } from './file-guard-options.js';

const agentFile = fileURLToPath(new URL('fixtures/agent.mjs', import.meta.url));
const entry = { type: 'api', key: 'made-up' };

/** Agents that know no Holdfast change one file at full speed. @returns what they did, and what is there at the end */
async function race({ calls, guarded }: { calls: number; guarded: boolean }) {
  const file = newFile();
  writeFileSync(file, JSON.stringify({ seed: entry }), { mode: 0o600 });
  const events: FileGuardEvent[] = [];
  const guard = guarded ? new FileGuard(file, { onEvent: (event) => events.push(event) }) : undefined;
  await guard?.start();
  const agents = ['p0', 'p1', 'p2'].map((name) =>
    runCommand([process.execPath, agentFile, file, name, String(calls), '0.3', '2']),
  );
  for (const agent of agents) expect(await agent.line()).toBe('ready');
  for (const agent of agents) agent.tell('go');
  const done = await Promise.all(agents.map(async (agent) => JSON.parse(await agent.line())));
  const tally = await guard?.stop();
  const there: string[] = ['seed', ...done.flatMap((one) => one.there)];
  const gone: string[] = done.flatMap((one) => one.gone);
  return { there, gone, events, tally, end: keysIn(textOf(file)) };
}

/** None in a file that the last two writers have left torn. */
function keysIn(text: string): string[] {
  try {
    return Object.keys(JSON.parse(text));
  } catch {
    return [];
  }
}

describe('agents that race at full speed', () => {
  it('lose what others have set, or bring back what others have removed, without a guard', async () => {
    let damages = 0;
    // A single race may end well.
    for (let tries = 0; tries < 20 && damages === 0; tries++) {
      const { there, gone, end } = await race({ calls: 25, guarded: false });
      damages +=
        there.filter((key) => !end.includes(key)).length + gone.filter((key) => end.includes(key)).length;
    }
    expect(damages).toBeGreaterThan(0);
  });

  it('lose nothing and bring nothing back of what a guard has seen', async () => {
    const { events, end, tally } = await race({ calls: 25, guarded: true });
    const seen = new Set(['seed']);
    for (const event of events) {
      if (event.type !== 'write') continue;
      for (const key of event.set) seen.add(key);
      for (const key of event.removed) seen.delete(key);
    }
    expect(end.toSorted()).toEqual([...seen].toSorted());
    expect(tally).toMatchObject({ failures: 0 });
    expect(tally?.writes).toBeGreaterThan(0);
  });
});
