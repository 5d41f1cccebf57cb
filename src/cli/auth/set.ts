import { type Command, InvalidArgumentError, Option } from 'commander';
import { createAuth } from '../../credentials/auth.js';
import { newKey } from '../../credentials/keys.js';
import { maskSecret } from '../../credentials/mask.js';
import { decode, type Info, validate } from '../../credentials/schema.js';
import { exitCodes } from '../exit-codes.js';
import { isOfKnownForm } from '../masking.js';
import { UsageError } from '../usage-error.js';
import { describe } from './list.js';
import { note, printJson, shown } from './output.js';
import { readSecret } from './secret.js';
import { type FileFlags, storeOf, storeSubcommand, warnOfOverride, withStore } from './source.js';

const types = ['api', 'oauth', 'wellknown'] as const;

interface SetFlags extends FileFlags {
  type?: Info['type'];
  object?: boolean;
  metadata?: Record<string, string>;
}

export function addSet(auth: Command): void {
  storeSubcommand(auth, 'set', 'store a credential; replaces the one of the same name')
    .aliases(['login'])
    .argument('<provider>', 'name of the entry; trailing slashes are cut off')
    .addOption(new Option('--type <type>', 'type of the credential; default: api').choices(types))
    .option('--object', 'read the whole credential as a JSON object, as oauth and wellknown always are')
    .option('--metadata <name=value>', 'a public field of an api key; may be repeated', parsePair)
    .addHelpText(
      'after',
      `
The secret comes from stdin or a hidden prompt. No option takes it, because every process can see arguments. A key is one line:
a newline at its end is cut off; further lines, control characters, and blanks at either end are refused. With --object a key may
be any JSON string.

Examples:
  holdfast auth set anthropic                               asks for the key
  pass show anthropic | head -n1 | holdfast auth set anthropic
  holdfast auth set gitlab --metadata instanceUrl=https://gitlab.example.com < key.txt
  holdfast auth set github-copilot --type oauth < credential.json
    with {"refresh": "...", "access": "...", "expires": 1767225600000}`,
    )
    .action(set);
}

async function set(provider: string, flags: SetFlags): Promise<void> {
  if (isOfKnownForm(provider)) {
    const hint = 'the argument is the provider; the key comes from stdin or a prompt; nothing was stored';
    throw new UsageError('the name of the provider looks like a key', hint);
  }
  const name = newKey(provider);
  const whole = flags.object === true || (flags.type ?? 'api') !== 'api';
  if (whole && flags.metadata) {
    throw new UsageError('--metadata needs a plain api key', 'put it into the object instead');
  }
  // Before the prompt, so that no secret is typed in vain.
  const file = await storeOf(flags);
  const what = whole ? `${flags.type ?? ''} credential as one line of JSON` : 'key';
  const text = await readSecret(`${shown(name)}: ${what.trim()} (not shown): `);
  if (text === undefined) {
    note('interrupted: nothing was stored');
    process.exitCode = exitCodes.interrupted;
    return;
  }
  if (text.trim() === '') throw new UsageError('the secret is empty', 'nothing was stored');
  const info = whole ? parseObject(text, flags.type) : apiKey(text, flags.metadata);

  await withStore(file, flags, (store) => createAuth({ store }).set(name, info));
  note(`stored ${shown(name)}: ${info.type}, ${summaryOf(info)}, in ${file}`);
  warnOfOverride(flags);
  if (flags.json) printJson(describe(name, info, false));
}

function apiKey(text: string, metadata: Record<string, string> | undefined): Info {
  if (decode(parse(text))) {
    throw new UsageError('stdin has a whole credential, not a key', 'give --object to store it');
  }
  return { type: 'api', key: oneLine(text.replace(/\r?\n$/, '')), ...(metadata ? { metadata } : {}) };
}

/**
 * No provider's key has a line break, another control character, or a blank at an end: a header could not carry it. A text that has
 * one is more than the key: the first line of a password manager's entry is the secret, and the others are notes.
 */
function oneLine(key: string): string {
  const lines = key.split(/\r\n|[\n\r]/).length;
  const refuse = (found: string, todo: string) => {
    const anyway = 'to store it anyway, give the credential as JSON with --object';
    return new UsageError(`the key ${found}`, `nothing was stored; ${todo}; ${anyway}`);
  };
  if (lines > 1) {
    throw refuse(`has ${lines} lines`, 'give one, like pass show NAME | head -n1 | holdfast auth set NAME');
  }
  if (/\p{Cc}/u.test(key)) throw refuse('has a control character', 'give the key alone');
  if (key !== key.trim()) throw refuse('begins or ends with a blank', 'give the key alone');
  return key;
}

function parseObject(text: string, type: Info['type'] | undefined): Info {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError('stdin is not one JSON object', 'expected a whole credential; nothing was stored');
  }
  const given: unknown = Object.hasOwn(value, 'type') ? (value as { type: unknown }).type : undefined;
  if (type && given !== undefined && given !== type) {
    throw new UsageError(`the type of the credential is not ${type}`, 'nothing was stored');
  }
  const info = validate(type ? { type, ...value } : value);
  if (secretsOf(info).includes('')) {
    throw new UsageError('a secret of the credential is empty', 'nothing was stored');
  }
  return info;
}

/** Undefined for what is not JSON. The error's text quotes the input, so it is dropped on purpose. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function secretsOf(info: Info): string[] {
  switch (info.type) {
    case 'oauth':
      return [info.access, info.refresh];
    case 'api':
      return [info.key];
    case 'wellknown':
      return [info.token];
  }
}

function summaryOf(info: Info): string {
  return maskSecret(secretsOf(info)[0] ?? '');
}

function parsePair(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1)
    throw new InvalidArgumentError('Expected name=value, like instanceUrl=https://gitlab.example.com.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
