import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { Lab } from '../conformance/case.js';
import { openTokens } from '../index.js';
import { long } from '../tiers.test.helper.js';
import { lacksEtcd, newCluster, sharedCluster } from './cluster.test.helper.js';
import { etcd } from './index.js';

/** Verifiers are processes of their own: to stop one stops no other. */
const program = path.join(inject('installation'), 'dist', 'src', 'conformance', 'programs.js');

describe.skipIf(lacksEtcd())('tokens on one member', () => {
  it('a deletion waits for a silent host only as long as that may believe what it knows', async () => {
    const cluster = await sharedCluster();
    const prefix = cluster.prefix();
    const lab = new Lab(program, undefined, `etcd://${new URL(cluster.endpoints[0] ?? '').host}/${prefix}`);
    onTestFinished(() => lab.close());
    const tokens = openTokens(etcd({ endpoints: cluster.endpoints, prefix }));
    onTestFinished(() => tokens.close());
    const other = lab.start('verifyTokens');
    expect(await other.line()).toBe('ready');
    /** On a busy machine it may have to be asked again: it says so where it can't confirm what it knows in time. */
    const judgementOf = async (token: string): Promise<string> => {
      for (;;) {
        other.tell(token);
        const told = await other.line();
        if (told !== 'E_UNAVAILABLE') return told;
      }
    };
    const made = [await tokens.create(), await tokens.create()];
    for (const { token, info } of made) expect(await judgementOf(token)).toBe(info.id);
    other.signal('SIGSTOP');
    for (const { info } of made) await tokens.delete(info.id);
    other.signal('SIGCONT');
    for (const { token } of made) expect(await judgementOf(token)).toBe('refused');
    const { token, info } = await tokens.create();
    expect(await judgementOf(token)).toBe(info.id);
  });
});

describe.skipIf(lacksEtcd())('tokens on three members', () => {
  it(
    'no deleted token is let in while the leader is killed or stopped, and nobody is told wrongly that one is unknown',
    long,
    async () => {
      const cluster = await newCluster(3);
      const prefix = cluster.prefix();
      const lab = new Lab(
        program,
        undefined,
        `etcd://${cluster.endpoints.map((url) => new URL(url).host).join(',')}/${prefix}`,
      );
      onTestFinished(() => lab.close());
      const maker = openTokens(etcd({ endpoints: cluster.endpoints, prefix, attemptMs: 300 }));
      onTestFinished(() => maker.close());
      const verifiers = [lab.start('verifyTokens'), lab.start('verifyTokens'), lab.start('verifyTokens')];
      for (const verifier of verifiers) expect(await verifier.line()).toBe('ready');
      // A process answers one question after the other.
      const questions = verifiers.map((verifier) => {
        let last: Promise<unknown> = Promise.resolve();
        return (token: string) => {
          const answer = last.then(() => {
            verifier.tell(token);
            return verifier.line();
          });
          last = answer;
          return answer;
        };
      });
      const counts = { deletions: 0, refused: 0, unavailable: 0, letIn: 0 };
      let isOver = false;
      const work = async () => {
        while (!isOver) {
          const made = await maker.create().catch(() => undefined);
          if (!made) continue;
          const { token, info } = made;
          for (const verifier of questions) {
            const told = await verifier(token);
            // It exists: anything but its id and "ask later" would be wrong.
            expect([info.id, 'E_UNAVAILABLE']).toContain(told);
            if (told === info.id) counts.letIn++;
          }
          const isDeleted = await maker.delete(info.id).then(
            () => true,
            () => false,
          );
          if (!isDeleted) continue;
          counts.deletions++;
          for (const verifier of questions) {
            const told = await verifier(token);
            expect(['refused', 'E_UNAVAILABLE']).toContain(told);
            counts[told === 'refused' ? 'refused' : 'unavailable']++;
          }
        }
      };
      const working = Promise.all([work(), work(), work(), work()]);
      for (let round = 0; round < 4; round++) {
        await sleep(1500);
        const before = counts.deletions;
        const leader = await cluster.leader();
        cluster.signal(leader, round % 2 === 0 ? 'SIGKILL' : 'SIGSTOP');
        if (round >= 2) verifiers[1]?.signal('SIGSTOP');
        await sleep(round >= 2 ? 3000 : 4000);
        verifiers[1]?.signal('SIGCONT');
        if (round % 2 === 0) cluster.start(leader);
        else cluster.signal(leader, 'SIGCONT');
        await cluster.ready();
        await expect.poll(() => counts.deletions, { timeout: 60_000 }).toBeGreaterThan(before);
      }
      // How much happens in that time depends on the machine: with fewer, nothing would have been tried.
      const fewest = () => Math.min(counts.deletions, counts.letIn, counts.refused);
      await expect.poll(fewest).toBeGreaterThan(20);
      isOver = true;
      await working;
    },
  );
});
