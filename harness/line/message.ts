/** Undefined for what a target printed, as it shares the standard output, and for the last line of a process that was killed in it. */
export function messageIn<Message>(line: string): Message | undefined {
  if (!line.startsWith('{"type":"')) return undefined;
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}
