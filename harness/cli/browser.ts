import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What each system opens an address with: its own program, which knows the user's browser. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // The empty text is the title of a window.
  win32: ['cmd', '/c', 'start', '""'],
};

/** Such a program ends at once, or is the browser itself. */
const patienceMs = 3000;

/** Prints an address, and opens it in the user's browser; says so where none could be started. */
export async function showAddress(address: string, screen: { write(text: string): unknown }): Promise<void> {
  screen.write(`${address}\n`);
  const reason = await openInBrowser(address);
  if (reason !== undefined)
    process.stderr.write(`no browser could be started (${reason}): open the address above in one\n`);
}

/** @returns why it was not opened, if it was not */
async function openInBrowser(address: string): Promise<string | undefined> {
  const [program, ...flags] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...flags, address], { stdio: 'ignore', detached: true });
  const limit = AbortSignal.timeout(patienceMs);
  try {
    const [code] = await once(child, 'exit', { signal: limit });
    return code === 0 ? undefined : `${program} ended with ${code}`;
  } catch (error) {
    if (limit.aborted) return undefined;
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? `there is no ${program} here` : String(error);
  } finally {
    // A browser goes on when the command ends.
    child.unref();
  }
}
