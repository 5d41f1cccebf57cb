import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { newProject, runTypeScript, snippetWith } from '../documents/snippets.test.helper.js';
import { openStore } from '../index.js';
import { long } from '../tiers.test.helper.js';
import { postgres, readKeys } from './index.js';
import { lacksPostgres, sharedServer } from './server.test.helper.js';

it.skipIf(lacksPostgres())('the example of docs/postgres.md does what it says', long, async () => {
  const server = await sharedServer();
  // A server of a test is on this machine, has no certificate, and asks for no password.
  const program = snippetWith("database: 'app'")
    .replace(/hosts: \[.*\]/, `hosts: ${JSON.stringify([server.host])}`)
    .replace("database: 'app'", "database: 'postgres'")
    .replace(/^ *tls: .*$/m, '')
    .replace(/user: .*$/m, "user: { name: 'holdfast' },");
  const directory = newProject({ 'mine.ts': program });
  const file = path.join(directory, 'keys');
  writeFileSync(file, `k1 ${Buffer.alloc(32, 1).toString('base64url')}\n`, { mode: 0o600 });
  for (const _ of [1, 2]) {
    const result = await runTypeScript(directory, 'mine.ts');
    expect([result.exitCode, result.all]).toEqual([0, '']);
  }
  const options = {
    hosts: [server.host],
    database: 'postgres',
    prefix: 'team-a',
    user: { name: 'holdfast' },
  };
  await using store = openStore(postgres({ ...options, keys: readKeys(file) }));
  expect(await store.all()).toEqual({ logins: 2 });
});
