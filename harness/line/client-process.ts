import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { messageIn } from './message.js';
import type { ClientConfig, FromClient, ToClient } from './protocol.js';

export interface ClientExit {
  code: number | null;
  signal: string | null;
  /** The end of what the process wrote to standard error, and of its standard output where that was not ours. */
  chatter: string;
}

export interface ClientProcess {
  pid: number;
  send(message: ToClient): void;
  /** Signals the process, and all that it has spawned if it leads a group of its own. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process has been reaped and all its messages have been delivered. */
  exited: Promise<ClientExit>;
}

export interface SpawnOptions {
  env?: NodeJS.ProcessEnv;
  /** Lead a process group of its own, so that a signal reaches its children, too. */
  group?: boolean;
  onMessage: (message: FromClient) => void;
}

const chatterKept = 2000;

/** Starts a client program of `harness/clients` as an operating-system process and sends it its configuration. */
export function spawnClient(
  config: ClientConfig,
  { env, group = false, onMessage }: SpawnOptions,
): ClientProcess {
  const program = fileURLToPath(new URL(`../clients/${config.profile}.js`, import.meta.url));
  const [executable, ...flags] = config.runtime.command;
  const child = spawn(executable ?? process.execPath, [...flags, program], {
    detached: group,
    stdio: 'pipe',
    ...(env ? { env } : {}),
  });
  const { pid } = child;
  if (pid === undefined) {
    child.once('error', () => {});
    throw new Error(`could not start ${program} by ${executable}`);
  }
  const closed = new Promise<Pick<ClientExit, 'code' | 'signal'>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });

  let chatter = '';
  const hear = (text: string) => {
    chatter = (chatter + text).slice(-chatterKept);
  };
  child.stderr.on('data', (data: Buffer) => hear(data.toString()));
  // A process that was killed takes no more commands: its exit reports that.
  child.stdin.on('error', () => {});
  const drained = new Promise<void>((resolve) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const message = messageIn<FromClient>(line);
      if (message) onMessage(message);
      else if (line !== '') hear(`${line}\n`);
    });
    lines.on('close', resolve);
  });

  // What the target has started and left behind ends with its process, or it would hold our end of the output open.
  if (group) child.once('exit', () => sendSignal(-pid, 'SIGKILL'));
  const send = (message: ToClient) => {
    if (child.stdin.writable) child.stdin.write(`${JSON.stringify(message)}\n`);
  };
  send({ type: 'config', config });
  return {
    pid,
    send,
    signal: (signal) => sendSignal(group ? -pid : pid, signal),
    exited: Promise.all([closed, drained]).then(([how]) => ({ ...how, chatter: chatter.trim() })),
  };
}

function sendSignal(to: number, signal: NodeJS.Signals): void {
  try {
    process.kill(to, signal);
  } catch (error) {
    // Gone already, or, as macOS has it, dead and not yet reaped.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
