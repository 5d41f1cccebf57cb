import { withoutHint } from '../errors/store-error.js';
import { type EngineFinding, sealFinding } from '../etcd/finding.js';
import { Connection, type Parameter } from './connection.js';
import { definiteError } from './failures.js';
import { type Host, type PostgresOptions, type PostgresSettings, settingsOf } from './options.js';
import { listVerifiers, lookAtServer, schemaVersion } from './schema.js';
import { Layout } from './state.js';

const askMs = 2000;
const readMs = 5000;

/** Looks at the hosts and at the store, and changes nothing: not even the schema is made. */
export async function inspectPostgres(options: PostgresOptions): Promise<EngineFinding[]> {
  const settings = settingsOf(options);
  const seen = await Promise.all(settings.hosts.map((host) => lookAt(host, settings)));
  const primaries = seen.flatMap(({ host, facts }) => (facts?.standby === 'false' ? [{ host, facts }] : []));
  const findings = seen.map(({ finding }) => finding);
  const [primary, other] = primaries;
  if (!primary)
    return [
      ...findings,
      problem('primary', 'no host takes writes', 'until then every call fails, and over HTTP it is 503'),
    ];
  if (other)
    findings.push(
      problem(
        'primary',
        `${nameOf(primary.host)} and ${nameOf(other.host)} both take writes`,
        'end one: each has what the other does not',
      ),
    );
  const { facts, host } = primary;
  findings.push(durabilityOf(facts, settings), rightsOf(facts));
  if (facts.may_use === 'true' && facts.current === 'true') findings.push(...(await stored(host, options)));
  else findings.push({ severity: 'ok', subject: 'credentials', says: 'nothing is stored yet' });
  return [...findings, sealFinding(settings.seal, 'the database, its backups or its log')];
}

/** What a host has said; null where there is no such thing. */
type Facts = Readonly<Record<Fact, string | null>>;
type Fact =
  | 'version'
  | 'standby'
  | 'fsync'
  | 'synchronous_commit'
  | 'standbys'
  | 'name'
  | 'superuser'
  | 'may_create'
  | 'may_use'
  | 'may_call'
  | 'may_change'
  | 'current';

interface Look {
  host: Host;
  facts?: Facts;
  finding: EngineFinding;
}

/** Asks this host alone. */
async function lookAt(host: Host, settings: PostgresSettings): Promise<Look> {
  const subject = `host ${nameOf(host)}`;
  try {
    const begun = performance.now();
    const facts = (await asking(host, settings, (ask) => ask(lookAtServer, [schemaVersion]))) as Facts;
    const role = facts.standby === 'true' ? 'a standby' : 'the primary';
    const ms = Math.round(performance.now() - begun);
    const says = `PostgreSQL ${facts.version}, ${role}, answered in ${ms} ms`;
    if (Number.parseInt(facts.version ?? '', 10) < 12)
      return { host, facts, finding: problem(subject, says, 'a store needs 12 or newer: upgrade it') };
    return { host, facts, finding: { severity: 'ok', subject, says } };
  } catch (error) {
    const says = `does not answer: ${reasonOf(settings, error)}`;
    return {
      host,
      finding: { severity: 'warn', subject, says, todo: 'start it, or leave it out of the address' },
    };
  }
}

/** What a write has waited for when it is acknowledged. */
function durabilityOf(facts: Facts, { hosts }: PostgresSettings): EngineFinding {
  const subject = 'durability';
  if (facts.fsync === 'off')
    return problem(subject, 'fsync is off: a crash loses what is acknowledged', 'turn it on');
  const alone = 'what is acknowledged is on the disk of the primary';
  if (facts.standbys === '') {
    const says = `${alone}, and no commit waits for a standby: synchronous_standby_names is empty`;
    if (hosts.length === 1) return { severity: 'ok', subject, says };
    return { severity: 'warn', subject, says, todo: 'set it, or expect a failover to lose the last writes' };
  }
  const level = `synchronous_commit is ${facts.synchronous_commit}`;
  if (facts.synchronous_commit === 'local') {
    const says = `${alone}, and no commit waits for a standby: ${level}`;
    return {
      severity: 'warn',
      subject,
      says,
      todo: 'set it to on, or expect a failover to lose the last writes',
    };
  }
  return { severity: 'ok', subject, says: `commits wait for standbys: ${facts.standbys}; ${level}` };
}

function rightsOf(facts: Facts): EngineFinding {
  const subject = `user ${facts.name}`;
  const { may_use, may_call, may_change, may_create, current, superuser } = facts;
  if (superuser === 'true') {
    const says = 'is a superuser, and a store needs much less';
    return { severity: 'warn', subject, says, todo: 'use a role of its own: see docs/postgres.md' };
  }
  if (may_use === null) {
    if (may_create === 'true')
      return { severity: 'ok', subject, says: 'may make the schema holdfast, as the first use does' };
    return problem(
      subject,
      'may not make the schema holdfast, and there is none',
      'let a user do it who may, by a first use',
    );
  }
  if (current === null)
    return {
      severity: 'warn',
      subject,
      says: 'finds the schema of an older version',
      todo: 'let its owner use the store once',
    };
  if (may_use === 'false') return problem(subject, 'may not use the schema holdfast', 'grant usage on it');
  if (may_call === 'false')
    return problem(subject, 'may not call its functions', 'grant execute on all functions of it');
  if (may_change === 'false')
    return problem(subject, 'may not change its tables', 'grant all on all tables of it');
  return { severity: 'ok', subject, says: 'may do what a store needs' };
}

/** Reads and opens every value. */
async function stored(host: Host, options: PostgresOptions): Promise<EngineFinding[]> {
  const [settings, apart] = [settingsOf(options), settingsOf(options, 't')];
  const findings: EngineFinding[] = [];
  const look = async (subject: string, part: PostgresSettings, says: (ask: Ask) => Promise<string>) => {
    try {
      findings.push({ severity: 'ok', subject, says: await asking(host, part, says) });
    } catch (error) {
      const todo = 'until then every call fails, and over HTTP it is 503';
      findings.push(problem(subject, reasonOf(part, error), todo));
    }
  };
  const count = (part: PostgresSettings) => async (ask: Ask) => {
    const line = {
      ask: async (text: string, parameters: readonly Parameter[]) => ({
        row: await ask(text, parameters),
        isLate: false,
      }),
    };
    const { document } = await new Layout(part).load(line, performance.now() + readMs);
    return `${document.size} entries`;
  };
  await look('credentials', settings, count(settings));
  await look('tokens', apart, count(apart));
  await look('verifiers', apart, async (ask) => {
    const all = JSON.parse(String((await ask(listVerifiers, [apart.prefix]))?.verifiers));
    return `${all.length} processes answer for tokens from memory, or died doing so: a deletion waits 2 s for each that is silent, once`;
  });
  return findings;
}

type Ask = (
  text: string,
  parameters: readonly Parameter[],
) => Promise<Readonly<Record<string, unknown>> | undefined>;

/** By a connection of its own to this host, whatever it is. */
async function asking<T>(host: Host, settings: PostgresSettings, use: (ask: Ask) => Promise<T>): Promise<T> {
  const connection = await Connection.open(host, settings, askMs);
  try {
    return await use(async (text, parameters) => (await connection.ask(text, parameters, readMs, false))[0]);
  } finally {
    connection.close();
  }
}

function problem(subject: string, says: string, todo: string): EngineFinding {
  return { severity: 'problem', subject, says, todo };
}

function nameOf({ host, port }: Host): string {
  return `${host}:${port}`;
}

function reasonOf({ place }: PostgresSettings, error: unknown): string {
  return withoutHint(definiteError(place, error));
}
