import { chmodSync, chownSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { long } from '../../../tiers.test.helper.js';
import { patient as unhurried } from '../../../waiting.test.helper.js';
import { newDirectory, newFile, runCommand, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { asNobody, built, having, lacks, newWriter } from '../../system.test.helper.js';

/** A process that holds an intent, and lives until it is killed. */
async function holderOf(file: string, wrapper: string[]) {
  const source = `
    const { createIntent } = await import(${JSON.stringify(built('file/queue/intents'))});
    const { Sites } = await import(${JSON.stringify(built('file/disk/site'))});
    createIntent(new Sites(${JSON.stringify(file)}).make());
    console.log('holds');
    process.stdin.resume();`;
  const holder = runCommand([...wrapper, process.execPath, '--input-type=module', '-e', source]);
  expect(await holder.line()).toBe('holds');
  return holder;
}

const bootId = path.join(newDirectory(), 'boot_id');
writeFileSync(bootId, '00000000-0000-0000-0000-000000000000\n');

type Need = Parameters<typeof lacks>[number];
const offsets = ['--boottime', '100000', '--monotonic', '100000'];
const machines: [string, Need[], string[]][] = [
  ['pid namespace', ['pid'], ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']],
  ['time namespace', ['time'], ['unshare', '--time', ...offsets, '--fork', '--kill-child']],
  ['host name', ['uts'], ['unshare', '--uts', 'sh', '-c', 'hostname another; exec "$@"', 'sh']],
  ['boot', ['mount'], having(`mount --bind ${JSON.stringify(bootId)} /proc/sys/kernel/random/boot_id`)],
];

describe.each(machines)('a process of another %s', (name, needs, wrapper) => {
  const [[first]] = machines as [(typeof machines)[0]];
  /** One machine of all is enough for what follows from the others' being taken for strangers. */
  const tier = name === first ? {} : long;

  it.skipIf(lacks('root', ...needs))(
    'a live process there is not taken for dead by its pid, but passed after its lease',
    async () => {
      const file = newFile();
      const holder = await holderOf(file, wrapper);
      const patient = openStore(file, { leaseMs: 3_600_000, deadlineMs: 100 });
      await expect(patient.update('a', () => 1)).rejects.toMatchObject({ code: 'E_TIMEOUT', definite: true });
      expect(readdirSync(`${file}.intents`)).toHaveLength(1);
      await openStore(file, { leaseMs: 50 }).set('a', 1);
      expect(JSON.parse(textOf(file))).toEqual({ a: 1 });
      holder.kill();
    },
  );

  it.skipIf(lacks('root', ...needs))(
    'the death of a process there is not known, and its lease is waited for',
    tier,
    async () => {
      const file = newFile();
      const holder = await holderOf(file, wrapper);
      holder.kill();
      await holder.ended;
      const patient = openStore(file, { leaseMs: 3_600_000, deadlineMs: 100 });
      await expect(patient.update('a', () => 1)).rejects.toMatchObject({ code: 'E_TIMEOUT', definite: true });
      await openStore(file, { leaseMs: 50 }).set('a', 1);
      expect(JSON.parse(textOf(file))).toEqual({ a: 1 });
    },
  );

  it.skipIf(lacks('root', ...needs))(
    'several processes share the file, lose nothing, and none waits forever',
    tier,
    async () => {
      const file = newFile();
      const writers = await Promise.all([[], wrapper, wrapper].map((each) => newWriter({ wrapper: each })));
      for (let round = 0; round < 4; round++) {
        const answers = await Promise.all(writers.map((writer) => writer.call('add', file, 'sum', 1)));
        expect(answers.map(({ ok }) => ok)).toEqual([true, true, true]);
      }
      expect(JSON.parse(textOf(file))).toEqual({ sum: 12 });
    },
  );
});

it.skipIf(lacks('root', 'mount', 'setpriv'))(
  'a live process that is hidden from us is not taken for dead',
  async () => {
    const file = newFile();
    chmodSync(path.dirname(path.dirname(file)), 0o711);
    chownSync(path.dirname(file), 65534, 65534);
    const holder = await holderOf(file, []);
    const observer = await newWriter({
      wrapper: [...having('mount -t proc -o hidepid=invisible proc /proc'), ...asNobody],
      options: { leaseMs: 3_600_000, deadlineMs: 100 },
    });
    expect(await observer.call('add', file, 'a', 1)).toMatchObject({ code: 'E_TIMEOUT', definite: true });
    holder.kill();
    await holder.ended;
    expect(await observer.call('add', file, 'a', 1)).toMatchObject({ ok: true });
  },
);

it.skipIf(process.platform !== 'linux')(
  'the pid of a dead process that another process has now does not block a commit',
  async () => {
    const file = newFile();
    const holder = await holderOf(file, []);
    const [name = ''] = readdirSync(`${file}.intents`);
    const [letter, id, pid, began, ...rest] = name.split('-');
    holder.kill();
    await holder.ended;
    // As if this very process, which lives, had been given its number.
    const older = [letter, id, process.pid, Number(began) - 1, ...rest].join('-');
    expect(pid).not.toBe(String(process.pid));
    const writer = await newWriter({
      setup: `fs.mkdirSync(${JSON.stringify(path.join(`${file}.intents`, older))});`,
    });
    await openStore(file, { leaseMs: 3_600_000, ...unhurried }).set('a', 1);
    expect(await writer.call('get', file, 'a')).toEqual({ ok: true, value: 1 });
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  },
);
