import { deliver, keyOf, list, send, takeAnswer } from './revocation-protocol.test.helper.js';
import type { Deleter, Request, RevocationModel, Verifier, World } from './revocation-world.test.helper.js';

/** Something that may happen next. @returns nothing: it changes the world */
export type Step = [client: number, happen: (world: World) => void];

export function killsOf(world: World): Step[] {
  if (world.kills === 0) return [];
  return [...world.verifiers, ...world.deleters].flatMap((process, n): Step[] => {
    const kill = (changed: World) => {
      changed.kills--;
      process.isDead = true;
    };
    return process.isDead ? [] : [[n, kill]];
  });
}

export function stepsOf(model: RevocationModel, world: World): Step[] {
  const { verifiers, deleters, requests, answers } = world;
  const network = verifiers.length + deleters.length;
  const steps: Step[] = [];
  verifiers.forEach((verifier, n) => {
    const isIdle = verifier.phase === 'out' || verifier.phase === 'in';
    if (!verifier.isDead && isIdle && verifier.looks > 0)
      steps.push([n, () => beginOf(model, world, verifier, n)]);
  });
  deleters.forEach((deleter, n) => {
    const from = verifiers.length + n;
    if (!deleter.isDead) steps.push(...deletionSteps(model, world, deleter, from, n));
  });
  requests.forEach((request, n) => {
    steps.push([network, () => deliver(model, world, n)]);
    if (world.copies > 0 && !request.mute) steps.push([network, () => copy(world, request)]);
  });
  answers.forEach((answer, n) => {
    const take = () => {
      answers.splice(n, 1);
      takeAnswer(model, world, answer);
    };
    steps.push([answer.from, take]);
  });
  if (model.mistake === 'a registration is on a lease of the engine')
    world.registrations.forEach((_, n) => {
      steps.push([network, () => void world.registrations.splice(n, 1)]);
    });
  const tick = () => {
    world.now++;
  };
  if (world.now < model.ticks) steps.push([network + 1, tick]);
  return steps;
}

function copy(world: World, request: Request): void {
  world.copies--;
  world.requests.push({ ...request, mute: true });
}

/** A verifier that has nothing under way begins: it registers, or asks whether what it knows is still so. */
function beginOf({ mistake }: RevocationModel, world: World, verifier: Verifier, n: number): void {
  const readsFirst = mistake === 'a verifier reads first and registers then';
  if (verifier.phase === 'in' || readsFirst) {
    verifier.phase = 'loading';
    verifier.sentAt = world.now;
    verifier.looks--;
    send(world, n, 'load');
    return;
  }
  verifier.phase = 'registering';
  verifier.registered++;
  send(world, n, 'register', { key: keyOf(verifier, n), value: 0 });
}

function deletionSteps(
  model: RevocationModel,
  world: World,
  deleter: Deleter,
  from: number,
  token: number,
): Step[] {
  const { mistake, life } = model;
  const { phase, since, silent } = deleter;
  const begin = () => {
    deleter.since = world.now;
    if (mistake === 'a deletion lists the verifiers before it removes')
      deleter.silent = [...world.registrations];
    deleter.phase = 'deleting';
    send(world, from, 'delete', { value: token });
  };
  const again = () => {
    deleter.looks--;
    list(model, world, deleter);
  };
  const giveUp = () => {
    for (const [key, , changed] of silent) send(world, from, 'strike', { key, mustBe: changed, mute: true });
    deleter.phase = 'done';
  };
  const steps: Step[] = [];
  if (phase === 'begin') steps.push([from, begin]);
  if (phase === 'waiting' && deleter.looks > 0) steps.push([from, again]);
  const waits = mistake === 'a deletion waits less than a confirmation lives' ? life - 1 : life;
  if (phase === 'waiting' && world.now >= since + waits) steps.push([from, giveUp]);
  return steps;
}
