import path from 'node:path';
import { readRaw } from '../../line/foreign-reader.js';
import type { CallToMake } from '../process/protocol.js';
import type { Action } from '../schedule/action.js';
import { file } from '../schedule/program.js';
import { type Access, accessesOf, conflicts } from '../world/footprint.js';
import type { WatchEvent } from '../world/listeners.js';
import type { World } from '../world/world.js';
import type { Client } from './client.js';
import type { FaultBudget } from './executed.js';
import type { LastStep } from './possibilities.js';

/**
 * A crash of the machine, or another program, may leave a file cut off. Of a JSON object half is never one, so no store can take
 * it for an edit. Nobody's call does it, but it touches what a call would touch that cuts off the file.
 */
const cut: CallToMake = { id: 0, call: 'truncate', path: file };

export function accessesOfDamage(world: World): Access[] {
  return accessesOf(cut, world);
}

/**
 * Damages of the file that are possible now. Nobody notices one who does not touch the file, so it comes at the first moment at
 * which it makes a difference: right after a step that touches the same, at the beginning, and after time has passed for a killed
 * client, whose steps may have been led. A damage at any later moment is the same as that one. It counts as what the client
 * of that step does, as each step is one client's.
 * @param last undefined at the beginning
 */
export function damagesOf(
  clients: readonly Client[],
  { damages = 0 }: FaultBudget,
  last: LastStep | undefined,
  world: World,
): Action[] {
  if (damages === 0) return [];
  const isMoment = last === undefined || last.isWait || conflicts(last.accesses, accessesOfDamage(world));
  // What is broken already, or not there, was broken or removed by a client.
  if (!isMoment || typeof readRaw(path.join(world.rootPath, file)) === 'string') return [];
  return clients.flatMap(({ index }): Action[] =>
    last === undefined || last.client === index ? [{ do: 'damage', client: index }] : [],
  );
}

/** @param client after whose step it comes @returns who hears of it */
export function damage(world: World, client: number, now: number): [client: number, WatchEvent][] {
  const before = world.as(client).foresee(cut);
  world.cutToHalf(file);
  return world.note(client, cut, before, { digest: 0 }, now);
}
