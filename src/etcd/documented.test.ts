import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { commandLines, newProject, runTypeScript, snippetWith } from '../documents/snippets.test.helper.js';
import { openStore } from '../index.js';
import { long } from '../tiers.test.helper.js';
import { lacksEtcd, sharedCluster } from './cluster.test.helper.js';
import { etcd, readKeys } from './index.js';

it.skipIf(lacksEtcd())('the example of tokens in docs/etcd.md does what it says', long, async () => {
  const { endpoints } = await sharedCluster();
  const program = snippetWith('openTokens(etcd(').replace(
    /endpoints: \[.*?\]/,
    `endpoints: ${JSON.stringify(endpoints)}`,
  );
  const result = await runTypeScript(newProject({ 'mine.ts': program }), 'mine.ts');
  expect([result.exitCode, result.all]).toEqual([0, '']);
});

it.skipIf(lacksEtcd('openssl'))('the example of docs/etcd.md does what it says', long, async () => {
  const { endpoints } = await sharedCluster();
  // Members of a test are on this machine, and know no users.
  const program = snippetWith("endpoints: ['https://")
    .replace(/endpoints: \[.*\]/, `endpoints: ${JSON.stringify(endpoints)}`)
    .replace(/^ *user: .*$/m, '');
  const directory = newProject({ 'mine.ts': program, 'ca.pem': '' });
  const line = commandLines.find((one) => one.includes('> keys')) ?? '';
  execFileSync('sh', ['-c', line], { cwd: directory });
  for (const _ of [1, 2]) {
    const result = await runTypeScript(directory, 'mine.ts');
    expect([result.exitCode, result.all]).toEqual([0, '']);
  }
  const keys = readKeys(path.join(directory, 'keys'));
  await using store = openStore(etcd({ endpoints, prefix: 'team-a', keys }));
  expect(await store.all()).toEqual({ logins: 2 });
});
