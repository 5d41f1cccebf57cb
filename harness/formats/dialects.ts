import type { Model } from '../linearizable/index.js';
import { type CasInput, type CasOutput, casRegister } from '../linearizable/models/cas-register.js';
import { type KvInput, type KvOutput, kv } from '../linearizable/models/kv.js';
import { type RegisterInput, type RegisterOutput, register } from '../linearizable/models/register.js';
import type { Value } from '../linearizable/models/value.js';
import { type Edn, Keyword } from './edn.js';
import { keyed } from './keyed.js';
import type { LogEvent } from './log-event.js';

/** What the words of a log mean to a model. */
export interface Dialect<State, Input, Output> {
  model: Model<State, Input, Output>;
  /** Takes the key out of the value, where it is there. Default: the event as it is. */
  split?(event: LogEvent): LogEvent;
  /** @throws SyntaxError if the model knows no such operation */
  input(event: LogEvent): Input;
  /** What an operation that ended `ok` answered. */
  answer(input: Input, event: LogEvent): Output;
}

const registerDialect: Dialect<Value, RegisterInput, RegisterOutput> = {
  model: register,
  input({ f, value }) {
    if (f === 'read') return { read: true };
    if (f === 'write') return { write: asValue(value) };
    throw unknownOperation(f, ['read', 'write']);
  },
  answer: (input, { value }) => ('read' in input ? asValue(value) : true),
};

const casDialect: Dialect<Value, CasInput, CasOutput> = {
  model: casRegister,
  input(event) {
    if (event.f === 'read' || event.f === 'write') return registerDialect.input(event);
    if (event.f !== 'cas') throw unknownOperation(event.f, ['read', 'write', 'cas']);
    const [expect, put] = Array.isArray(event.value) ? event.value : [];
    if (expect === undefined || put === undefined) throw new SyntaxError('expected :cas [old new]');
    return { expect: asValue(expect), put: asValue(put) };
  },
  answer: (input, { value }) => ('read' in input ? asValue(value) : true),
};

const kvDialect: Dialect<string, KvInput, KvOutput> = {
  model: kv,
  input({ f, key, value }) {
    if (f !== 'get' && f !== 'put' && f !== 'append') throw unknownOperation(f, ['get', 'put', 'append']);
    if (key === undefined) throw new SyntaxError(`expected a :key of :${f}`);
    if (f === 'get') return { get: key };
    if (typeof value !== 'string') throw new SyntaxError(`expected a string as :value of :${f}`);
    return f === 'put' ? { put: key, value } : { append: key, value };
  },
  answer(input, { value }) {
    if (!('get' in input)) return true;
    if (value === null) return '';
    if (typeof value !== 'string') throw new SyntaxError('expected a string as :value of :get');
    return value;
  },
};

/** By the name of their model. */
export const dialects = {
  register: keyed(registerDialect),
  'cas-register': keyed(casDialect),
  kv: kvDialect,
};

/** The model that has operations of these names, if it is not said which. */
export function usualModel(fs: ReadonlySet<string>): keyof typeof dialects {
  return ['get', 'put', 'append'].some((f) => fs.has(f)) ? 'kv' : 'cas-register';
}

function asValue(value: Edn): Value {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value;
  if (value instanceof Keyword) return `:${value.name}`;
  throw new SyntaxError('expected nil, a number or a string as a value of a register');
}

function unknownOperation(f: string, known: readonly string[]): SyntaxError {
  if (f === 'txn') {
    return new SyntaxError(
      'a transaction, :txn: no model here judges transactions (list-append, rw-register); Elle does',
    );
  }
  return new SyntaxError(
    `an unknown operation :${f}, expected one of: ${known.map((name) => `:${name}`).join(', ')}`,
  );
}
