import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Subject } from '../core/scenario.js';
import type { TargetSpec } from '../core/target.js';
import { UsageError } from '../core/usage-error.js';
import { monotonicNow } from './clock.js';
import { Fleet } from './fleet.js';
import { Recorder } from './recorder.js';
import { node, type Runtime } from './runtimes.js';
import { makeSandbox } from './sandbox.js';

const graceMs = 10_000;

/**
 * Tries a target alone in a process of its own before anything is built on it.
 * @throws UsageError saying what it did instead: threw, hung, exited
 */
export async function probeTarget(
  target: TargetSpec,
  directory: string,
  signal: AbortSignal,
  runtime: Runtime = node,
  subject: Subject = 'credentials',
): Promise<void> {
  const { sandbox, ...place } = makeSandbox(directory, undefined, subject);
  const recorder = new Recorder(path.join(sandbox, 'history.jsonl'), monotonicNow());
  const fleet = new Fleet({
    subject,
    workload: undefined,
    umask: undefined,
    canary: undefined,
    oauthUrl: undefined,
    token: undefined,
    target,
    runtimes: { choice: runtime.name, turns: [runtime] },
    seed: 0,
    sandbox,
    place,
    recorder,
  });
  try {
    const stop = () => fleet.killAll();
    signal.addEventListener('abort', stop, { once: true });
    const probe = await fleet.runToEnd(subject === 'tokens' ? 'token-probe' : 'probe', graceMs);
    signal.removeEventListener('abort', stop);
    if (probe.passed || signal.aborted) return;
    const hung = probe.exit?.signal === 'SIGKILL';
    const asked = subject === 'tokens' ? 'create, verify and delete a token' : 'open, set, get and remove';
    const did = hung ? `did not ${asked} within ${graceMs / 1000} s` : `failed: ${probe.error}`;
    const where = runtime.name === 'node' ? '' : ` of ${runtime.name}`;
    throw new UsageError(
      `target "${target.label}" can't be put to a test: alone in a process${where} it ${did}`,
    );
  } finally {
    await fleet.killAll();
    await recorder.close();
    rmSync(sandbox, { recursive: true, force: true });
  }
}
