import { type Command, InvalidArgumentError, Option } from 'commander';
import { type PlaceFlags, storeHelp } from '../engine.js';
import { parseDuration, parseNames } from '../parse.js';
import { insist } from '../unsafe.js';

export interface ServeFlags extends PlaceFlags {
  port: number;
  hostname: string;
  drain: number;
  policy: 'specified' | 'hardened';
  paths: 'strict' | 'compat';
  origin?: string[];
  host?: string[];
  auth: boolean;
  allowUnsafe?: boolean;
  json?: boolean;
}

const defaultPort = 4096;

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('serve the credentials over HTTP to programs on this machine; each request needs a token')
    .option('--port <n>', 'the port to listen on; 0 takes any free one', parsePort, defaultPort)
    .option('--hostname <address>', 'the address to listen on', parseHostname, '127.0.0.1')
    .option('--file <path>', "the credential file; default: the agent's own")
    .option('--store <address>', `${storeHelp}; the tokens, too`)
    .option(
      '--drain <duration>',
      'how long /ready answers 503 after SIGTERM before the server ends',
      parseDuration,
      0,
    )
    .addOption(
      new Option('--policy <name>', 'which permissions a request needs')
        .choices(['specified', 'hardened'])
        .default('specified'),
    )
    .addOption(
      new Option(
        '--paths <mode>',
        'how to treat a path that is not in normal form: refuse it, or judge all its readings',
      )
        .choices(['strict', 'compat'])
        .default('strict'),
    )
    .option(
      '--origin <origin...>',
      'origins whose pages may send requests, like https://app.example',
      parseOrigins,
      [],
    )
    .option('--host <name...>', 'further names of this server', parseNames)
    .option('--no-auth', 'ask for no token; on loopback only')
    .option('--allow-unsafe', `${insist}; the token file, too`)
    .option('--json', 'print the address that it listens on as JSON')
    .addHelpText(
      'after',
      `
GET and HEAD need a token with the permission read; POST, PUT, PATCH and DELETE need write: see "holdfast auth token --help".
Secrets are masked, unless the request has ?reveal=true, which needs execute, too. With --policy hardened, changes of credentials
need execute. GET /doc describes all routes (OpenAPI).
Without a token: /health says that the process lives, and /ready that it can judge tokens now, for a load balancer; with --store,
that a majority of the engine has answered within 2 s. /global/health is the same as /health.
A token may have 64 streams of GET /event, and all tokens together 512: the next one gets 429.

SIGINT and SIGTERM end the server; requests under way are answered first. After SIGTERM it goes on for --drain.

Examples:
  holdfast auth token create --name laptop --out token
  holdfast serve
  printf 'Authorization: Bearer %s' "$(cat token)" | curl -H @- http://127.0.0.1:4096/auth
  printf 'Authorization: Bearer %s' "$(cat token)" | curl -N -H @- http://127.0.0.1:4096/event`,
    )
    .action(async (flags: ServeFlags) => (await import('./run.js')).serve(flags));
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new InvalidArgumentError(`Expected a port from 0 to 65535; got "${text}".`);
}

/** An empty name, of an unset variable say, would listen on all addresses. */
function parseHostname(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('Expected an address like 127.0.0.1; got an empty one.');
}

function parseOrigins(text: string, before: string[] = []): string[] {
  if (/^[a-z][a-z\d+.-]*:\/\/[^/?#@\s*]+$/.test(text) && URL.canParse(text)) return [...before, text];
  throw new InvalidArgumentError(
    `Expected an origin like https://app.example, without a path; got "${text}".`,
  );
}
