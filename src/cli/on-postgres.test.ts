import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lacksPostgres, newServer, type Server } from '../postgres/server.test.helper.js';
import { command, newDirectory } from './command.test.helper.js';
import { runWarm } from './warm-command.test.helper.js';

const secret = 'CANARY-key-1234567890-wxyz';

describe.skipIf(lacksPostgres())('commands on PostgreSQL', () => {
  let server: Server;
  beforeAll(async () => {
    server = await newServer();
  });

  function newUser() {
    const [home, { user }, address] = [newDirectory(), server.options(), server.address()];
    const env = {
      XDG_CONFIG_HOME: home,
      XDG_DATA_HOME: home,
      NO_COLOR: '1',
      HOLDFAST_STORE: address,
      HOLDFAST_STORE_USER: user?.name,
    };
    const run = (args: string[], input = '') => runWarm({ command, args, cwd: home, env, input });
    return { home, address, run };
  }

  it('set, get, list and remove credentials, and copy those of a file', async () => {
    const { home, address, run } = newUser();
    expect((await run(['auth', 'set', 'anthropic'], secret)).exitCode).toBe(0);
    expect((await run(['auth', 'get', 'anthropic', '--field', 'key'])).stdout).toBe(secret);
    const file = path.join(home, 'from.json');
    writeFileSync(file, JSON.stringify({ github: { type: 'api', key: 'other' } }), { mode: 0o600 });
    expect((await run(['copy', '--from', file, '--to', address, '--merge'])).exitCode).toBe(0);
    expect((await run(['auth', 'remove', 'anthropic'])).exitCode).toBe(0);
    const listed = JSON.parse((await run(['auth', 'list', '--json'])).stdout);
    expect(listed).toMatchObject([{ provider: 'github' }]);
  });

  it.each([
    [['auth', 'token', 'create'], 2, /has no place for tokens/],
    [['auth', 'doctor'], 2, /doctor --store works on etcd alone/],
    [['key', 'reseal'], 2, /key reseal works on etcd alone/],
  ])('%j says that it works elsewhere', async (args, exitCode, why) => {
    const answer = await newUser().run(args);
    expect([answer.exitCode, answer.stderr]).toEqual([exitCode, expect.stringMatching(why)]);
    expect(answer.stderr.split('\n')).toHaveLength(1);
  });
});
