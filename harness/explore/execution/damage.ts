import path from 'node:path';
import { readRaw } from '../../line/foreign-reader.js';
import type { CallToMake } from '../protocol/protocol.js';
import type { Action } from '../schedule/action.js';
import { file } from '../schedule/program.js';
import { accessesOf, conflicts, type SharedAccess } from '../world/footprint.js';
import type { World } from '../world/world.js';
import type { Client } from './client.js';
import type { LastStep } from './enabled-actions.js';
import type { FaultBudget } from './executed.js';

/**
 * A crash of the machine, or another program, may leave a file cut off. Half of a JSON object is none, unless white space follows
 * it, so no store can take it for an edit. No client's call does it, but it touches what a call that cuts the file would touch.
 */
const cut: CallToMake = { id: 0, call: 'truncate', path: file };

export function accessesOfDamage(world: World): SharedAccess[] {
  return accessesOf(cut, world);
}

/**
 * Damages of the file that are possible now. A damage may change places with any step that does not touch the file, so of the
 * moments that come to the same it is offered at the first: right after a step that conflicts with it, at the beginning, and after
 * time has passed for a killed client, as the steps before that are no choice. It counts to the client of that step, which
 * has no part in it.
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
  if (!isMoment || typeof readRaw(path.join(world.rootPath, file), undefined, world.disk) === 'string')
    return [];
  return clients.flatMap(({ index }): Action[] =>
    last === undefined || last.client === index ? [{ do: 'damage', client: index }] : [],
  );
}

/** @param client after whose step it comes @param accesses what the damage touches */
export function damage(
  world: World,
  clients: readonly Client[],
  { index }: Client,
  { accesses, now }: { accesses: readonly SharedAccess[]; now: number },
): void {
  const before = world.as(index).foresee(cut);
  const place = path.join(world.rootPath, file);
  world.disk.truncateSync(place, world.disk.statSync(place).size >> 1);
  for (const [who, event] of world.record(index, cut, before, { digest: 0 }, now))
    clients[who]?.queueEvent(event);
  // A client that polls the file finds something else now.
  for (const { spin } of clients) spin.disturb(accesses);
}
