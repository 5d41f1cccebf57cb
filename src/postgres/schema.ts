/**
 * How a store lies in PostgreSQL: a row for each entry, and a head that every commit moves, in a schema of its own. The functions are
 * one statement each for the client, so a client that is stopped holds no lock. Each statement in them sees what was
 * committed before it began: the receipt first, then the head, which is the lock of the store.
 *
 * What must change gets another number: processes of two versions may be at work.
 */
export const schemaVersion = 'commit_3';

export const createSchema = `
  select pg_advisory_xact_lock(hashtext('holdfast schema'));
  create schema if not exists holdfast;
  create table if not exists holdfast.heads (store text primary key, head text not null);
  create table if not exists holdfast.entries (
    store text not null, name text not null, value text not null,
    position bigint generated always as identity, primary key (store, name));
  create table if not exists holdfast.receipts (
    session text primary key, receipt text not null, at timestamptz not null default now());
  create table if not exists holdfast.claims (name text primary key, content text not null, until timestamptz not null);
  -- It counts commits: heads are compared, and have no order.
  alter table holdfast.heads add column if not exists revision bigint not null default 0;
  create table if not exists holdfast.verifiers (
    store text not null, id text not null, known bigint not null, primary key (store, id));
  create table if not exists holdfast.notes (name text primary key, content text not null);

  create or replace function holdfast.commit_3(
    p_store text, p_session text, p_receipt text, p_next text, p_head text, p_seen text, p_edits text)
    returns text language plpgsql as $function$
  declare
    v_receipt text;
    v_head text;
  begin
    if current_setting('synchronous_commit') = 'off' then
      perform set_config('synchronous_commit', 'on', true);
    end if;
    select receipt into v_receipt from holdfast.receipts where session = p_session for update;
    if not found then return 'ended'; end if;
    if v_receipt = p_next then
      -- A commit that waited for its standby when its connection ended: this one waits for the same, and for what came before.
      update holdfast.receipts set at = now() where session = p_session;
      return 'done';
    end if;
    if v_receipt <> p_receipt then return 'ended'; end if;
    select head into v_head from holdfast.heads where store = p_store for update;
    if not found then
      insert into holdfast.heads values (p_store, '') on conflict do nothing;
      select head into v_head from holdfast.heads where store = p_store for update;
    end if;
    if p_head is not null and v_head <> p_head then return 'conflict'; end if;
    if exists (
      select from json_array_elements(p_seen::json) s
      left join holdfast.entries e on e.store = p_store and e.name = s->>0
      where e.value is distinct from s->>1) then return 'conflict'; end if;
    update holdfast.receipts set receipt = p_next, at = now() where session = p_session;
    update holdfast.heads set head = p_session || '.' || p_next, revision = revision + 1 where store = p_store;
    delete from holdfast.entries e using json_array_elements(p_edits::json) d
      where e.store = p_store and e.name = d->>0 and d->>1 is null;
    insert into holdfast.entries (store, name, value)
      select p_store, d.edit->>0, d.edit->>1
      from json_array_elements(p_edits::json) with ordinality as d(edit, n)
      where d.edit->>1 is not null order by d.n
      on conflict (store, name) do update set value = excluded.value;
    perform pg_notify('holdfast', md5(p_store));
    return 'done';
  end $function$;

  create or replace function holdfast.settle_2(p_session text, p_receipt text, p_back text)
    returns text language plpgsql as $function$
  declare
    v_receipt text;
  begin
    -- What was taken back must not come with a crash: the commit may be under way still.
    if current_setting('synchronous_commit') = 'off' then
      perform set_config('synchronous_commit', 'on', true);
    end if;
    select receipt into v_receipt from holdfast.receipts where session = p_session for update;
    if v_receipt = p_receipt then v_receipt := p_back; end if;
    update holdfast.receipts set receipt = v_receipt, at = now() where session = p_session;
    return v_receipt;
  end $function$;

  create or replace function holdfast.claim_1(p_name text, p_seen text, p_content text, p_seconds int)
    returns boolean language plpgsql as $function$
  declare
    v_content text;
  begin
    perform pg_advisory_xact_lock(hashtext('holdfast claim ' || p_name));
    delete from holdfast.claims where name in (
      select name from holdfast.claims where until < clock_timestamp() for update skip locked);
    select content into v_content from holdfast.claims where name = p_name;
    if v_content = p_content then return true; end if;
    if v_content is distinct from p_seen then return false; end if;
    insert into holdfast.claims values (p_name, p_content, clock_timestamp() + make_interval(secs => p_seconds))
      on conflict (name) do update set content = excluded.content, until = excluded.until;
    return true;
  end $function$;

  -- What a verifier says must not go with a crash: it may have gone by it, and no deletion would wait for it.
  create or replace function holdfast.verify_1(p_store text, p_id text, p_known bigint, p_next bigint)
    returns boolean language plpgsql as $function$
  begin
    if current_setting('synchronous_commit') = 'off' then
      perform set_config('synchronous_commit', 'on', true);
    end if;
    if p_known is null then
      insert into holdfast.verifiers values (p_store, p_id, p_next) on conflict do nothing;
      return true;
    end if;
    update holdfast.verifiers set known = p_next where store = p_store and id = p_id and known in (p_known, p_next);
    return found;
  end $function$;
`;

/** A session of a process that died is of no use to anyone after a day. */
export const beginSession = `
  with gone as (delete from holdfast.receipts where at < now() - interval '1 day')
  insert into holdfast.receipts (session, receipt) values ($1, $2) on conflict do nothing`;

/** It stays for that day: what arrives late, its begin and a first commit, would find no trace of it and be done again. */
export const endSession = "update holdfast.receipts set receipt = 'ended' where session = $1";

/** A standby answers, with what it has. */
export const isStandby = 'select pg_is_in_recovery()::text as said';

export const commit = 'select holdfast.commit_3($1, $2, $3, $4, $5, $6, $7) as said';

export const settle = 'select holdfast.settle_2($1, $2, $3) as said';

/** Entries are null where the head is still what the reader has. What the verifier is known to know is read at the same moment. */
// The driver takes every text for false where the server expects a boolean.
export const readStore = `
  with now as (select head, revision from (values (1)) one left join holdfast.heads on store = $1)
  select now.head, coalesce(now.revision, 0)::text as revision,
    (select known::text from holdfast.verifiers where store = $1 and id = $4) as known,
    case when $2::text = 'true' and now.head is not distinct from $3 then null else (
      select coalesce(json_agg(json_build_array(name, value) order by position), '[]'::json)::text
      from holdfast.entries where store = $1) end as entries
  from now`;

export const latestClaim =
  'select content from holdfast.claims where name = $1 and until >= clock_timestamp()';

export const acquireClaim = 'select holdfast.claim_1($1, $2, $3, $4::int) as said';

/** The claim is changed, or kept alive, only while it is what its process has left. */
export const changeClaim = `
  update holdfast.claims set content = $3, until = clock_timestamp() + make_interval(secs => $4::int)
  where name = $1 and content in ($2, $3) and until >= clock_timestamp() returning true as said`;

export const dropClaim = 'delete from holdfast.claims where name = $1 and content = $2';

/** Where an earlier try has said it already, this one says so, too. */
export const register = 'select holdfast.verify_1($1, $2, null, 0) as said';
export const sayKnown = 'select holdfast.verify_1($1, $2, $3::bigint, $4::bigint) as said';

export const listVerifiers = `
  select coalesce((select revision from holdfast.heads where store = $1), 0)::text as revision,
    (select coalesce(json_agg(json_build_array(id, known)), '[]'::json)::text
      from holdfast.verifiers where store = $1) as verifiers`;

/** Only as it was seen. */
export const strikeVerifier =
  'delete from holdfast.verifiers where store = $1 and id = $2 and known = $3::bigint';

export const removeVerifier = 'delete from holdfast.verifiers where store = $1 and id = $2';

export const readNote = 'select content from holdfast.notes where name = $1';

/** Only where the note is as it was seen; where an earlier try has changed it, it is as it should be. */
export const changeNote = `
  update holdfast.notes set content = $3 where name = $1 and content in ($2, $3) returning true as said`;

export const beginNote =
  'insert into holdfast.notes values ($1, $2) on conflict do nothing returning true as said';

/** What one host says of itself. All are texts, so that null is told from false. */
export const lookAtServer = `
  select current_setting('server_version') as version, pg_is_in_recovery()::text as standby,
    current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
    current_setting('synchronous_standby_names') as standbys, current_user::text as name,
    (select rolsuper::text from pg_roles where rolname = current_user) as superuser,
    has_database_privilege(current_database(), 'create')::text as may_create,
    (select has_schema_privilege(oid, 'usage')::text from pg_namespace where nspname = 'holdfast') as may_use,
    (select bool_and(has_function_privilege(p.oid, 'execute'))::text
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'holdfast') as may_call,
    (select bool_and(has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
        and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))::text
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'holdfast' and c.relkind = 'r') as may_change,
    (select 'true' from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = 'holdfast' and p.proname = $1) as current`;
