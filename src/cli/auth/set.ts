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
import { type Flags, fileOf, subcommand, warnOfOverride, withStore } from './source.js';

const types = ['api', 'oauth', 'wellknown'] as const;

interface SetFlags extends Flags {
  type?: Info['type'];
  object?: boolean;
  metadata?: Record<string, string>;
}

export function addSet(auth: Command): void {
  subcommand(auth, 'set', 'store a credential, in place of the one that is there')
    .argument('<provider>', 'its name; trailing slashes are cut off')
    .addOption(new Option('--type <type>', 'what it is; default: api').choices(types))
    .option('--object', 'read the whole credential as a JSON object; so are oauth and wellknown anyway')
    .option('--metadata <name=value>', 'for an api key; may be repeated; not for secrets', parsePair)
    .addHelpText(
      'after',
      `
The secret is read from stdin, or asked for at a hidden prompt; no option takes it, for arguments can be seen by every
process. A key is one line: one newline at its end is cut off, and more lines, control characters and blanks at its ends are
refused. With --object a key may hold anything that JSON can.

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
    const hint =
      'the key is read from stdin or asked for, and the argument is the provider; nothing was stored';
    throw new UsageError('what was given as the name of a provider looks like a key', hint);
  }
  const name = newKey(provider);
  const whole = flags.object === true || (flags.type ?? 'api') !== 'api';
  if (whole && flags.metadata) {
    throw new UsageError('--metadata is for a plain api key', 'put it into the object instead');
  }
  // Before the secret is asked for: nobody types one in vain.
  const file = fileOf(flags);
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
    throw new UsageError('stdin holds a whole credential, not a key', 'give --object to store it as that');
  }
  return { type: 'api', key: oneLine(text.replace(/\r?\n$/, '')), ...(metadata ? { metadata } : {}) };
}

/**
 * No provider's key has a line break, another control character, or a blank at an end: a header could not carry it. What has
 * one is more than the key: of a password manager's entry the first line is the secret, and the others are notes.
 */
function oneLine(key: string): string {
  const lines = key.split(/\r\n|[\n\r]/).length;
  const refuse = (found: string, todo: string) => {
    const anyway = 'to store it all the same, give the credential as JSON with --object';
    return new UsageError(`the key ${found}`, `nothing was stored; ${todo}; ${anyway}`);
  };
  if (lines > 1) {
    throw refuse(`has ${lines} lines`, 'give one, like pass show NAME | head -n1 | holdfast auth set NAME');
  }
  if (/\p{Cc}/u.test(key)) throw refuse('has a control character in it', 'give the key alone');
  if (key !== key.trim()) throw refuse('has a blank at its beginning or end', 'give the key alone');
  return key;
}

function parseObject(text: string, type: Info['type'] | undefined): Info {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError('stdin is not one JSON object', 'expected a whole credential; nothing was stored');
  }
  const given: unknown = Object.hasOwn(value, 'type') ? (value as { type: unknown }).type : undefined;
  if (type && given !== undefined && given !== type) {
    throw new UsageError(`the credential's own type is not ${type}`, 'nothing was stored');
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
