import path from 'node:path';
import type * as Harness from '../index.js';

/** The command that makes one search again. */
export function reproduceCommand(
  { command, ...found }: Harness.Exploration,
  toFlags: typeof Harness.toFlags,
): string {
  const { target, program, strategy, shard, preemptions, seed, faults, conditions, executor, corpus } = found;
  const isOneWriter = found.warning !== undefined;
  const named = command
    ? toFlags(command.specification)
        .map(([flag, value]) => (value === undefined ? flag : `${flag} ${quote(value)}`))
        .join(' ')
    : `--target '${target}'`;
  const flags = [
    ...(command ? [] : [`--executor ${executor}`]),
    ...(isOneWriter ? ['--one-writer'] : []),
    ...(shard === undefined ? [] : [`--shard ${shard.index}/${shard.of}`]),
    ...(preemptions === undefined ? [] : [`--preemptions ${preemptions}`]),
    ...(conditions?.modes ? ['--modes'] : []),
    ...(conditions?.samePid ? ['--same-pid'] : []),
    ...(conditions?.idleMs === undefined ? [] : [`--idle ${conditions.idleMs}`]),
    ...(faults.waits > 0 ? ['--abandoned'] : []),
    ...times('--crash', faults.kills - faults.waits),
    ...times('--steal', faults.pauses),
    ...times('--errno', faults.errnos),
    ...times('--damage', faults.damages ?? 0),
    ...times('--clock-steps', faults.clocks ?? 0),
    ...times('--power-loss', faults.losses ?? 0),
    ...(conditions?.power?.model === 'ext4' ? ['--power-model ext4'] : []),
    ...(conditions?.power ? [`--power-states ${conditions.power.statesMax}`] : []),
    ...(conditions?.hosts ? ['--hosts'] : []),
    ...(conditions?.containers ? ['--containers'] : []),
    ...(conditions?.platform ? [`--platform ${conditions.platform}`] : []),
    ...(conditions?.splitCalls ? ['--split-calls'] : []),
    ...(corpus ? [`--corpus ${quote(path.dirname(corpus.directory))}`] : []),
    ...(conditions?.fromNothing ? ['--from-nothing'] : []),
  ];
  return [
    'npx holdfast explore',
    `${named} --clients '${program}' --strategy ${strategy} --seed ${seed}`,
    ...flags,
  ].join(' ');
}

/** As one word of a shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function times(flag: string, count: number): string[] {
  if (count <= 0) return [];
  return [count === 1 ? flag : `${flag} ${count}`];
}
