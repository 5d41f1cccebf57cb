import type { TokenVerifier } from '../../tokens/token-info.js';
import type { Policy } from '../permissions/policy.js';
import { specified } from '../permissions/specified.js';
import type { HostOptions } from './hosts.js';
import { OpenStreams } from './open-streams.js';
import { Tickets } from './tickets.js';

/** Whose requests are admitted. There is no default: a server must choose. */
export type Authentication =
  | {
      /** Knows which tokens are good, as `openTokens()` does. */
      tokens: TokenVerifier;
      /** May be given, and changes nothing. */
      authentication?: 'required' | undefined;
    }
  | {
      /**
       * Asks for no token: each request that passes the checks of host, origin, method and path has all permissions. Only for a
       * loopback server on a machine with one user.
       */
      authentication: 'disabled';
      /** Not with `disabled`. */
      tokens?: undefined;
    };

/** What a guard accepts besides tokens. */
export interface GuardSettings extends HostOptions {
  /** Which permissions a request needs. Default: `specified`. */
  policy?: Policy | undefined;
  /**
   * How to treat a path that is not in normal form. `strict`, the default, answers 400; `compat` asks for the permissions of
   * all its readings, for servers whose clients send such paths.
   */
  paths?: 'strict' | 'compat' | undefined;
  /** Origins whose pages may send requests, like `https://app.example`, besides the server's own. Default none. */
  origins?: readonly string[] | undefined;
  /** Exact paths that need no token, by GET and HEAD. Default none. */
  publicPaths?: readonly string[] | undefined;
  /** A POST to this path asks for a ticket, and needs a token with any permissions. Default `/ticket`. */
  ticketPath?: string | undefined;
  /** The realm in challenges. Default `holdfast`. */
  realm?: string | undefined;
  /** Added to the answer to a request without a token: where to get one. */
  advice?: string | undefined;
  /** Called with the reason each time a request is refused because the tokens can't be read, for the log. */
  onFailure?: ((error: unknown) => void) | undefined;
  /** Milliseconds of a clock that never goes back. Default: the process's monotonic clock. */
  now?: (() => number) | undefined;
}

/** The options of `createGuard`. */
export type GuardOptions = GuardSettings & Authentication;

/** Whom the guard asks, and the streams that it ends with their token. */
export type Authenticator =
  | { kind: 'disabled' }
  | { kind: 'tokens'; verifier: TokenVerifier; streams: OpenStreams };

/** The options with all defaults filled in, and what a guard remembers between requests. */
export interface GuardContext {
  authenticator: Authenticator;
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

/** @throws TypeError where the options name neither tokens nor `authentication: 'disabled'`, or both */
export function contextOf(options: GuardOptions): GuardContext {
  const now = options.now ?? (() => performance.now());
  return {
    authenticator: authenticatorOf(options),
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

/** Checked at run time, too: a program in JavaScript, or with a cast, must not end up open by mistake. */
function authenticatorOf({ tokens, authentication = 'required' }: Authentication): Authenticator {
  const isVerifier = typeof (tokens as Partial<TokenVerifier> | undefined)?.verify === 'function';
  if (authentication === 'disabled' && tokens === undefined) return { kind: 'disabled' };
  if (authentication === 'required' && isVerifier && tokens) {
    return { kind: 'tokens', verifier: tokens, streams: new OpenStreams(tokens) };
  }
  throw new TypeError(
    "a guard needs either tokens, such as openTokens(), or authentication: 'disabled', and not both",
  );
}
