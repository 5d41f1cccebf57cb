import type { TokenVerifier } from '../../tokens/token-info.js';
import type { Policy } from '../permissions/policy.js';
import { specified } from '../permissions/specified.js';
import type { HostOptions } from './hosts.js';
import { OpenStreams } from './open-streams.js';
import { Tickets } from './tickets.js';

/** Whose requests are let in. There is no default: a server has to say it. */
export type Authentication =
  | {
      /** Knows which tokens are good, as `openTokens()` does. */
      tokens: TokenVerifier;
      authentication?: 'required' | undefined;
    }
  | {
      /**
       * No token is asked for: each request that passes the checks of host, origin, method and path has all permissions.
       * For a loopback server on a machine with one user, at the most.
       */
      authentication: 'disabled';
      tokens?: undefined;
    };

export interface GuardSettings extends HostOptions {
  /** Default: the specified one. */
  policy?: Policy | undefined;
  /**
   * What becomes of a path that is not in normal form. `strict`, the default, answers 400; `compat` judges it by every reading
   * of it together, for servers whose clients send such paths.
   */
  paths?: 'strict' | 'compat' | undefined;
  /** Pages that may send requests, as `https://app.example`, beside the server's own. Default none. */
  origins?: readonly string[] | undefined;
  /** Exact paths that need no token, by GET and HEAD. Default none. */
  publicPaths?: readonly string[] | undefined;
  /** POST here asks for a ticket and needs a token, whatever its permissions. Default `/ticket`. */
  ticketPath?: string | undefined;
  /** The name of what is protected, in challenges. Default `holdfast`. */
  realm?: string | undefined;
  /** Part of the answer to a request without a token: where to get one. */
  advice?: string | undefined;
  /** Called with the reason each time that a request is refused because the tokens can't be read: for the log. */
  onFailure?: ((error: unknown) => void) | undefined;
  /** Milliseconds of a clock that never goes back. Default: the process's own. */
  now?: (() => number) | undefined;
}

export type GuardOptions = GuardSettings & Authentication;

/** Whom the guard asks, and the streams that it ends with their token. */
export type Access = { kind: 'disabled' } | { kind: 'tokens'; verifier: TokenVerifier; streams: OpenStreams };

/** The options with all defaults filled in, and what a guard remembers between requests. */
export interface GuardContext {
  access: Access;
  policy: Policy;
  isStrict: boolean;
  hosts: HostOptions;
  origins: readonly string[];
  publicPaths: readonly string[];
  ticketPath: string;
  realm: string;
  advice: string | undefined;
  tickets: Tickets;
  onFailure: (error: unknown) => void;
}

/** @throws TypeError where the options don't say who is let in, or say two things */
export function contextOf(options: GuardOptions): GuardContext {
  const now = options.now ?? (() => performance.now());
  return {
    access: accessOf(options),
    policy: options.policy ?? specified,
    isStrict: (options.paths ?? 'strict') !== 'compat',
    hosts: options,
    origins: options.origins ?? [],
    publicPaths: options.publicPaths ?? [],
    ticketPath: options.ticketPath ?? '/ticket',
    realm: options.realm ?? 'holdfast',
    advice: options.advice,
    tickets: new Tickets(now),
    onFailure: options.onFailure ?? (() => {}),
  };
}

/** Looked at when it runs, too: a program in JavaScript, or with a cast, must not end up open by a slip. */
function accessOf({ tokens, authentication = 'required' }: Authentication): Access {
  const isVerifier = typeof (tokens as Partial<TokenVerifier> | undefined)?.verify === 'function';
  if (authentication === 'disabled' && tokens === undefined) return { kind: 'disabled' };
  if (authentication === 'required' && isVerifier && tokens) {
    return { kind: 'tokens', verifier: tokens, streams: new OpenStreams(tokens) };
  }
  throw new TypeError(
    "a guard needs either tokens, such as openTokens(), or authentication: 'disabled', and not both",
  );
}
