import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'token-revocation',
  title: 'servers verify tokens at full speed while others create and delete them',
  why: 'A server that remembers what it has verified accepts a deleted token until it forgets: a cache of ten seconds and more in one product, sessions that outlive a changed password in another (CVE-2026-40934). https://nvd.nist.gov/vuln/detail/CVE-2026-40934.',
  subject: 'tokens',
  clients: { issuer: 2, verifier: 2 },
  atLeast: { acknowledged: 30, reads: 10_000 },
});
