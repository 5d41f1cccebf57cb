import type { Permission } from '../../tokens/permissions.js';
import { isSafe, type Policy } from './policy.js';

const executing = ['pty', 'session', 'message'] as const;

/**
 * The policy of the agent's token proposal (anomalyco/opencode #8213): GET and HEAD need `read`, the others `write`, and a path
 * with the segment `pty`, `session` or `message` needs `execute`, too. A whole segment: `/sessions` has none.
 */
export const specified: Policy = ({ method, words }) => {
  const needed: Permission[] = [isSafe(method) ? 'read' : 'write'];
  if (executing.some((word) => words.has(word))) needed.push('execute');
  return needed;
};
