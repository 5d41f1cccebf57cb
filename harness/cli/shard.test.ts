import { describe, expect, it } from 'vitest';
import { parseShardFlag, type ShardFlag, shardOf, shardWithSeed } from './shard.js';

const auto = { auto: true } as const;

describe('which part of a run this is', () => {
  it.each<[string, NodeJS.ProcessEnv, ShardFlag, string]>([
    ['GitLab, from 1', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4' }, auto, '1/4'],
    ['CircleCI, from 0', { CIRCLE_NODE_INDEX: '0', CIRCLE_NODE_TOTAL: '4' }, auto, '1/4'],
    ['Buildkite, from 0', { BUILDKITE_PARALLEL_JOB: '3', BUILDKITE_PARALLEL_JOB_COUNT: '4' }, auto, '4/4'],
    ['Kubernetes, from 0', { JOB_COMPLETION_INDEX: '2', HOLDFAST_SHARD_TOTAL: '5' }, auto, '3/5'],
    ['Kubernetes, with the total from the flag', { JOB_COMPLETION_INDEX: '0' }, { auto: true, of: 5 }, '1/5'],
    [
      'an own pair, before all others',
      { HOLDFAST_SHARD_INDEX: '2', HOLDFAST_SHARD_TOTAL: '3', CI_NODE_INDEX: '1', CI_NODE_TOTAL: '9' },
      auto,
      '2/3',
    ],
    [
      'the flag, whatever the environment says',
      { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4' },
      { index: 2, of: 3 },
      '2/3',
    ],
  ])('the part is read from %s', (_, env, flag, expected) => {
    const { index, of } = shardOf(flag, env);
    expect(`${index}/${of}`).toBe(expected);
  });

  it.each<[NodeJS.ProcessEnv, ShardFlag, string]>([
    [
      {},
      auto,
      'no variable says which part this is; looked for HOLDFAST_SHARD_INDEX, CI_NODE_INDEX, CIRCLE_NODE_INDEX',
    ],
    // A job of GitLab that is not parallel.
    [{ CI_NODE_TOTAL: '1' }, auto, 'no variable says which part this is'],
    [
      { JOB_COMPLETION_INDEX: '0' },
      auto,
      'HOLDFAST_SHARD_TOTAL does not say of how many; set HOLDFAST_SHARD_TOTAL, or give --shard auto/n',
    ],
    [{ CI_NODE_INDEX: '0', CI_NODE_TOTAL: '4' }, auto, 'GitLab counts from 1: expected 1 to n'],
    [{ CIRCLE_NODE_INDEX: '4', CIRCLE_NODE_TOTAL: '4' }, auto, 'CircleCI counts from 0: expected 0 to n - 1'],
    [{ CI_NODE_INDEX: 'one', CI_NODE_TOTAL: '4' }, auto, 'CI_NODE_INDEX=one of 4 is no part of it'],
    [{ CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4' }, { auto: true, of: 5 }, '--shard auto/5: CI_NODE_TOTAL is 4'],
  ])('an environment that does not say it is refused: %j', (env, flag, said) => {
    expect(() => shardOf(flag, env)).toThrow(said);
  });

  it('parts that would draw a seed each are refused, as no report could be made of them', () => {
    const pair = { index: 1, of: 2 };
    expect(shardWithSeed(pair, undefined)).toEqual(pair);
    process.env.HOLDFAST_SHARD_INDEX = '1';
    process.env.HOLDFAST_SHARD_TOTAL = '2';
    try {
      expect(() => shardWithSeed(auto, undefined)).toThrow('give all of them the same --seed');
      expect(shardWithSeed(auto, 7)).toEqual(pair);
    } finally {
      delete process.env.HOLDFAST_SHARD_INDEX;
      delete process.env.HOLDFAST_SHARD_TOTAL;
    }
  });

  it.each(['0/2', '3/2', 'auto/0', 'auto/x', 'all'])('%s is no part', (text) => {
    expect(() => parseShardFlag(text)).toThrow('Expected i/n');
  });
});
