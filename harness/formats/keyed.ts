import type { Asked, Model } from '../linearizable/index.js';
import type { Dialect } from './dialects.js';
import type { LogEvent } from './log-event.js';
import { keyName } from './log-event.js';

/** An operation on one of several objects that know nothing of each other; undefined where there is only one. */
export interface Keyed<Input> {
  key: string | undefined;
  input: Input;
}

/** The same objects, any number of them, each under its key: `jepsen.independent`. */
export function keyed<State, Input, Output>(
  dialect: Dialect<State, Input, Output>,
): Dialect<State, Keyed<Input>, Output> {
  return {
    model: keyedModel(dialect.model),
    split: splitTuple,
    input: (event) => ({ key: event.key, input: dialect.input(event) }),
    answer: ({ input }, event) => dialect.answer(input, event),
  };
}

function keyedModel<State, Input, Output>(
  model: Model<State, Input, Output>,
): Model<State, Keyed<Input>, Output> {
  return {
    name: model.name,
    init: model.init,
    step: (state, { input }, output) => model.step(state, input, output),
    key: (state) => model.key(state),
    partition: ({ key }) => key,
    describe: ({ input }, output) => model.describe(input, output),
    effect: ({ input }, output) => model.effect?.(input, output) ?? 'cumulative',
    prospect: (state, next, before) =>
      model.prospect?.(state, next && withoutKey(next), before.map(withoutKey)) ?? 'open',
    register: ({ input }, output) => model.register?.(input, output),
  };
}

function withoutKey<Input, Output>({ input, output }: Asked<Keyed<Input>, Output>): Asked<Input, Output> {
  return { input: input.input, output };
}

/** Takes `[key value]` apart. A register holds no vectors, so one can't be taken for the other. */
function splitTuple(event: LogEvent): LogEvent {
  const { f, value } = event;
  const isOfRegister = f === 'read' || f === 'write' || f === 'cas';
  if (!isOfRegister || event.key !== undefined || !Array.isArray(value) || value.length !== 2) return event;
  const [key = null, own = null] = value;
  return f === 'cas' && !Array.isArray(own) ? event : { ...event, key: keyName(key), value: own };
}
