import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'token-file-corrupt',
  title: 'the token file is damaged in place while it is used',
  why: 'A token file that can not be parsed reads as no tokens, and the next write makes it so: all clients are locked out for good. https://github.com/anomalyco/opencode/pull/8213; the same with credentials in https://github.com/anomalyco/opencode/issues/29628.',
  subject: 'tokens',
  clients: { issuer: 3, verifier: 2 },
  faults: [
    { kind: 'corrupt', everyMs: [200, 400], how: ['truncated', 'empty', 'garbage', 'half', 'wrong-type'] },
  ],
  atLeast: { acknowledged: 20, reads: 1000, corruptions: 3 },
  weight: 1.3,
});
