import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { ValueId } from '../history/events.js';
import { runClient, type Worker } from '../line/worker.js';
import { homeDirectories } from '../programs/environment.js';
import { programTarget, shippedPrograms } from '../targets/program/find.js';
import { startServer } from '../targets/program/server.js';
import type { Step } from '../workload/generator.js';
import { credential } from '../workload/values.js';
import { onceWritten } from './once-written.js';
import { keyOf } from './store-client.js';

const timeoutMs = 15_000;

/**
 * The agent itself, as it is installed here: `opencode serve` in a home of its own, whose file of credentials is a link to the
 * one under test. It is asked for logins only. A logout that it is asked for while another one's write is under way writes `{}`,
 * and those are the bytes of a logout from everything (GUARANTEES.md).
 */
await runClient('foreign', async (worker) => {
  const server = await serve(worker);
  await worker.ready();
  await onceWritten(worker);
  for await (const step of worker.steps()) await login(worker, server.url, step);
  await server.close();
});

function serve({ config }: Worker): ReturnType<typeof startServer> {
  const name = 'opencode';
  const specification = shippedPrograms().get(name);
  if (!specification) throw new Error(`there is no specification of ${name}`);
  const { program } = programTarget({ name, ...specification }, config.sandbox);
  if (!program) throw new Error(`${name} is no program`);
  const home = path.join(config.sandbox, 'agents', `${config.client}.${config.incarnation}`);
  for (const place of Object.values(homeDirectories))
    mkdirSync(path.join(home, place), { recursive: true, mode: 0o700 });
  const file = path.join(home, program.file);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  symlinkSync(config.real, file);
  return startServer(program, { file, home, dir: config.sandbox });
}

function login(worker: Worker, server: string, { key }: Step): Promise<void> {
  return worker.record('set', key, async (id: ValueId) => {
    const response = await fetch(new URL(`/auth/${encodeURIComponent(keyOf(key))}`, server), {
      method: 'PUT',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(credential(id)),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`PUT answered ${response.status}: ${answer.slice(0, 120)}`);
    return undefined;
  });
}
