import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'cluster-verifiers',
  title: 'servers verify tokens while their network is silent now and then, and are started again and again',
  why: 'A server that hears of no deletion takes silence for "nothing was deleted", and one that has just started is waited for by no deletion. https://nvd.nist.gov/vuln/detail/CVE-2026-40934.',
  subject: 'tokens',
  clients: { issuer: 2, verifier: 3 },
  conditions: { silent: 3, reopens: 2 },
  planted: [
    { target: 'etcd?verifies=trusting&reopens=0', mustFind: 'stale', workMs: 15_000 },
    { target: 'etcd?verifies=watching&silent=0&reopens=0', mustFind: 'stale', workMs: 5000 },
    { target: 'etcd?registers=late&silent=0&slow=50', mustFind: 'stale', workMs: 15_000 },
  ],
  atLeast: { acknowledged: 20, reads: 200 },
  weight: 4,
  tags: ['@cluster'],
});
