import type {
  Answer,
  Deleter,
  Request,
  RevocationModel,
  Verifier,
  World,
} from './revocation-world.test.helper.js';

export function send(world: World, from: number, what: Request['what'], more: Partial<Request> = {}): void {
  world.requests.push({ ...{ from, what, mute: false, key: '', value: 0, mustBe: 0 }, ...more });
}

export function keyOf(verifier: Verifier, n: number): string {
  return `${n}.${verifier.registered}`;
}

/** The engine does one request, at one moment. */
export function deliver(model: RevocationModel, world: World, at: number): void {
  const { mistake } = model;
  const [request] = world.requests.splice(at, 1);
  if (!request) return;
  const { from, what, mute, key, value, mustBe } = request;
  const { registrations, tokens } = world;
  const place = registrations.findIndex(([one]) => one === key);
  const found = registrations[place];
  let isDone = true;
  if (what === 'register') {
    isDone = !found;
    if (isDone) registrations.push([key, value, ++world.changes]);
  } else if (what === 'say') {
    const byText = mistake === 'a word is compared by its text alone';
    isDone = found !== undefined && (byText ? found[1] === mustBe : found[2] === mustBe);
    if (isDone && found) registrations[place] = [key, value, ++world.changes];
    // An earlier copy of the same request has done it.
    else isDone = found?.[1] === value;
  } else if (what === 'strike') {
    const compares = mistake !== 'a silent verifier is struck off without a comparison';
    if (found && (!compares || found[2] === mustBe)) registrations.splice(place, 1);
  } else if (what === 'delete' && tokens[value]) {
    tokens[value] = false;
    world.head = ++world.changes;
  }
  if (mute) return;
  const { head } = world;
  const answer = { from, isDone, tokens: [...tokens], head, registrations: [...registrations] };
  if (what === 'load' || what === 'say') world.answers.push(answer);
  else takeAnswer(model, world, answer);
}

export function takeAnswer(model: RevocationModel, world: World, answer: Answer): void {
  const { from } = answer;
  const verifier = world.verifiers[from];
  const deleter = world.deleters[from - world.verifiers.length];
  if (verifier && !verifier.isDead) answerVerifier(model, world, verifier, answer);
  if (deleter && !deleter.isDead) answerDeleter(model, world, deleter, answer);
}

function answerVerifier(model: RevocationModel, world: World, verifier: Verifier, answer: Answer): void {
  const { mistake, life } = model;
  const { from, isDone, tokens, head, registrations } = answer;
  const key = keyOf(verifier, from);
  const trust = () => {
    verifier.phase = 'in';
    verifier.memory = verifier.read;
    const begun = mistake === 'a confirmation counts from when its answer came' ? world.now : verifier.sentAt;
    const lasts = mistake === 'a verifier believes its memory without a confirmation' ? 100 : life;
    verifier.goodUntil = begun + lasts;
  };
  if (verifier.phase === 'registering') {
    verifier.phase = 'in';
    if (mistake === 'a verifier reads first and registers then') trust();
    return;
  }
  if (verifier.phase === 'saying') {
    if (isDone) trust();
    else verifier.phase = 'out';
    return;
  }
  verifier.read = tokens;
  if (mistake !== 'a verifier says what it knows before it goes by it') verifier.memory = tokens;
  if (mistake === 'a verifier reads first and registers then') {
    verifier.phase = 'registering';
    verifier.registered++;
    send(world, from, 'register', { key: keyOf(verifier, from), value: head });
    return;
  }
  const own = registrations.find(([one]) => one === key);
  if (!own) {
    // Struck off: what it knew before holds no longer than it did.
    verifier.phase = 'out';
    verifier.goodUntil = 0;
    return;
  }
  const [, said, changed] = own;
  if (said >= head) {
    trust();
    return;
  }
  if (mistake === 'a verifier is sure before it has said what it knows') trust();
  verifier.phase = 'saying';
  const mustBe = mistake === 'a word is compared by its text alone' ? said : changed;
  send(world, from, 'say', { key, value: head, mustBe });
}

function answerDeleter(model: RevocationModel, world: World, deleter: Deleter, answer: Answer): void {
  const { mistake } = model;
  if (mistake !== 'a deletion waits from when it was sent') deleter.since = world.now;
  deleter.needs = answer.head;
  if (mistake === 'a deletion does not wait') deleter.phase = 'done';
  else if (mistake !== 'a deletion lists the verifiers before it removes') list(model, world, deleter);
  else deleter.phase = deleter.silent.length === 0 ? 'done' : 'waiting';
}

/** Which verifiers have not said yet that they know. */
export function list({ mistake }: RevocationModel, world: World, deleter: Deleter): void {
  const anyWord = mistake === 'a deletion takes any word of a verifier for its own';
  const before = new Map(deleter.silent.map(([key, , changed]) => [key, changed]));
  deleter.silent = world.registrations.filter(
    ([key, said, changed]) => said < deleter.needs && !(anyWord && (before.get(key) ?? changed) !== changed),
  );
  deleter.phase = deleter.silent.length === 0 ? 'done' : 'waiting';
}
