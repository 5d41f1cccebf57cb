import path from 'node:path';
import type { Command } from 'commander';
import { parseExpiry } from '../../../tokens/expiry.js';
import { ignoredVariables, tokenFile } from '../../../tokens/location.js';
import { type Permission, permissions } from '../../../tokens/permissions.js';
import type { TokenInfo } from '../../../tokens/token-info.js';
import { openTokens, type Tokens } from '../../../tokens/tokens.js';
import { closest } from '../../closest.js';
import { addressOf, loadEngine, type PlaceFlags, storeHelp } from '../../engine.js';
import { parseNames } from '../../parse.js';
import { insist } from '../../unsafe.js';
import { UsageError } from '../../usage-error.js';
import { actAsOwner } from '../act-as-owner.js';
import { note, shown } from '../output.js';
import { plainFile } from '../place.js';
import { printEvent } from '../source.js';
import { humanTime, isoTime, nowMs } from '../time.js';

/** The options of every subcommand. */
export interface TokenFlags extends PlaceFlags {
  json?: boolean;
  allowUnsafe?: boolean;
}

/** The options of the subcommands that make a token. */
export interface NewTokenFlags extends TokenFlags {
  out?: string;
  quiet?: boolean;
  expires?: string;
}

export function subcommand(token: Command, usage: string, description: string): Command {
  return token
    .command(usage)
    .description(description)
    .option('--file <path>', "the token file; default: the agent's own")
    .option('--store <address>', storeHelp)
    .option('--json', 'as JSON; times in milliseconds since 1970')
    .option('--allow-unsafe', insist)
    .hook('preAction', (command) => {
      const flags = command.opts<TokenFlags>();
      if (addressOf(flags) === undefined) actAsOwner(() => placeOf(flags));
    });
}

/** A subcommand that makes a token. */
export function makingSubcommand(token: Command, usage: string, description: string): Command {
  return subcommand(token, usage, description)
    .option('--out <file>', 'write the token to a new file that only you can read, instead of stdout')
    .option('--quiet', 'print the token and nothing else; with --out, nothing');
}

/** Prints no warning, and looks at no file. */
function placeOf({ file }: TokenFlags): string {
  return path.resolve(file ?? tokenFile(process.env));
}

export function fileOf({ file }: TokenFlags): string {
  if (file !== undefined) return plainFile(file, 'a token file');
  const place = tokenFile(process.env);
  for (const name of ignoredVariables(process.env)) {
    note(`${name} is a relative path and ignored: the tokens are in ${place}`);
  }
  return place;
}

/**
 * Opens the tokens for one use, and prints what had to be repaired. A command happens at one moment, `now`: twelve hours begin
 * when the token is made, not when the words were read.
 */
export async function withTokens<T>(
  flags: TokenFlags,
  use: (tokens: Tokens, file: string, now: number) => Promise<T>,
): Promise<T> {
  const address = addressOf(flags);
  const file = address ?? fileOf(flags);
  if (address !== undefined) await loadEngine(address);
  const now = nowMs();
  const tokens = openTokens(file, {
    allowUnsafe: flags.allowUnsafe === true,
    now: () => now,
    onEvent: printEvent,
  });
  try {
    return await use(tokens, file, now);
  } finally {
    await tokens.close();
  }
}

export function expiryOf({ expires }: NewTokenFlags, now: number): { expiresAt?: number | null } {
  return expires === undefined ? {} : { expiresAt: parseExpiry(expires, now) };
}

export function parsePermissions(text: string): Permission[] {
  const isKnown = (name: string): name is Permission => (permissions as readonly string[]).includes(name);
  const names = parseNames(text);
  const known = names.filter(isKnown);
  const unknown = names.find((name) => !isKnown(name));
  if (unknown === undefined && known.length > 0) return known;
  const what =
    unknown === undefined ? 'no permission is given' : `unknown permission ${JSON.stringify(unknown)}`;
  throw new UsageError(
    `${what}${closest(unknown ?? '', permissions)}`,
    `expected one or more of ${permissions.join(',')}; nothing was written`,
  );
}

/** `k3Tq9ZbA (laptop)` */
export function nameOf({ id, name }: Pick<TokenInfo, 'id' | 'name'>): string {
  return name === undefined ? id : `${id} (${shown(name)})`;
}

/** `in 90 d (2027-01-31T18:00Z)` */
export function humanEnd(expiresAt: number | null, now: number): string {
  if (expiresAt === null) return 'never';
  const length = humanTime(expiresAt - now);
  return expiresAt <= now ? `expired ${length} ago` : `in ${length} (${isoTime(expiresAt)})`;
}
