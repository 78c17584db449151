-- Who may sign in to the register in a browser, and who opened what. Passwords are Argon2id hashes,
-- sessions are kept as the hash of their token: whoever reads these tables can sign in as nobody.

create table person (
    id          int generated always as identity primary key,
    login       text not null unique check (login ~ '^[a-z0-9][a-z0-9._-]{1,39}$'),
    name        text not null check (name <> ''),
    rank        text not null check (rank in ('reader', 'officer', 'admin')),
    password    text not null,                   -- of crypto_pwhash_str; '' signs in by the proxy alone
    disabled_at timestamptz,
    created_at  timestamptz not null default office_now(),
    created_by  text not null);

create table session (
    token_hash  bytea primary key check (octet_length(token_hash) = 32),
    person_id   int not null references person,
    csrf        text not null check (csrf <> ''),
    opened_at   timestamptz not null default clock_timestamp(),
    seen_at     timestamptz not null default clock_timestamp(),
    ended_at    timestamptz,
    address     text not null);
create index on session (person_id) where ended_at is null;

-- Wrong passwords by login and by address. A lock grows with each further one and ends by itself, so that
-- nobody can be kept out by a stranger for longer than its longest step.
create table sign_in_guard (
    key         text primary key,                -- 'login somchai', 'address 10.1.2.3'
    fails       int not null,
    last_at     timestamptz not null default clock_timestamp(),
    locked_until timestamptz not null default '-infinity');

create function sign_in_locked(p_login text, p_address text) returns timestamptz language sql stable as $$
    select max(locked_until) from sign_in_guard
     where key in ('login ' || p_login, 'address ' || p_address) and locked_until > clock_timestamp() $$;

-- Five free, then 2, 4, 8 … seconds, a quarter of an hour at most; an hour without one forgets them. An
-- address may stand for a whole office behind one gateway: it has twenty free.
create function sign_in_failed(p_login text, p_address text) returns void language sql as $$
    insert into sign_in_guard as g (key, fails)
    select k, 1 from unnest(array['address ' || p_address, 'login ' || p_login]) k order by k
    on conflict (key) do update
       set fails = case when g.last_at < clock_timestamp() - interval '1 hour' then 1 else g.fails + 1 end,
           last_at = clock_timestamp(),
           locked_until = case when g.last_at < clock_timestamp() - interval '1 hour' then '-infinity'
                               when g.fails + 1 <= case when g.key like 'login %' then 5 else 20 end then g.locked_until
                               else clock_timestamp() + least(interval '15 min', interval '1 s'
                                    * power(2, least(20, g.fails + 1 - case when g.key like 'login %' then 5 else 20 end))) end $$;

-- Every sign-in, right or wrong, and every opening of a document. Not in the chain of events: its one lock
-- would make each download wait for the others.
create table access_log (
    id          bigint generated always as identity primary key,
    at          timestamptz not null default clock_timestamp(),
    what        text not null check (what in ('signed in', 'wrong password', 'locked', 'signed out', 'opened')),
    who         text not null,                   -- the login, or 'link N'
    item_id     bigint references item,
    attachment_id bigint,
    address     text not null);
create index on access_log (item_id, id) where item_id is not null;
create index on access_log (at);
create trigger access_log_frozen before update or delete on access_log for each row execute function deny();
create trigger access_log_kept before truncate on access_log execute function deny();

-- A link that opens an item's files for whoever has it: 128 random bits, of which only the hash is kept.
create table link (
    id          int generated always as identity primary key,
    token_hash  bytea not null unique check (octet_length(token_hash) = 32),
    item_id     bigint not null references item,
    files       int[],                           -- attachment.seq; null: all
    created_at  timestamptz not null default office_now(),
    created_by  text not null,
    expires_at  timestamptz not null,
    revoked_at  timestamptz,
    revoked_by  text not null default '',
    revoked_why text not null default '',
    n_uses      int not null default 0,
    used_at     timestamptz,
    check (expires_at > created_at),
    check ((revoked_at is null) = (revoked_by = '')));
create index on link (item_id);

create view violation_web as
    select 'link to a secret item' as what, l.id::text as ref from link l join item i on i.id = l.item_id
     where i.secrecy <> '' and l.revoked_at is null
    union all
    select 'opening by an unknown link', a.id::text from access_log a
     where a.who like 'link %' and not exists (select from link l where 'link ' || l.id = a.who);
