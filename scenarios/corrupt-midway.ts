import { defineScenario } from '../harness/core/scenario.js';

export default defineScenario({
  name: 'corrupt-midway',
  title: 'the file is damaged in place while it is used',
  why: 'A truncated, empty or torn file reads as no credentials, and the next write erases them all. https://github.com/anomalyco/opencode/issues/29628, also #27530 and #18351; IBM-Cloud/ibm-cloud-cli-sdk #239.',
  clients: { tui: 3, server: 1, web: 1 },
  faults: [
    { kind: 'corrupt', everyMs: [200, 400], how: ['truncated', 'empty', 'garbage', 'half', 'wrong-type'] },
  ],
  atLeast: { acknowledged: 60, reads: 50, corruptions: 3 },
  weight: 1.3,
});
