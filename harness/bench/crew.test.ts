import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { Worker } from './crew.js';

const printing = (line: string) =>
  `process.stdout.write(${JSON.stringify(line)}); setInterval(() => {}, 1e6)`;

it('a process that is killed while it writes a line is gone, and the line is passed over', async () => {
  const child = spawn(process.execPath, ['-e', printing('{"type":"acknowledged","ke')]);
  const worker = new Worker(child);
  const told: string[] = [];
  worker.onAcknowledged = (key) => void told.push(key);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await worker.kill();
  expect(told).toEqual([]);
});
