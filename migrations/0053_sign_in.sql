-- Signing in, mended. A stranger who never stops guessing kept an officer out of the register: an address from
-- which a login was used before now counts for itself. What somebody types as a login is often a password: it
-- stays in no table. A flood of tries against a lock filled a log that nobody may shorten: a lock is told once.

create index on session (person_id, address, opened_at);
delete from sign_in_guard;                        -- its keys were what had been typed
alter table sign_in_guard add column told_until timestamptz not null default '-infinity';

-- What a try counts for. The login stands there as a part of its hash, which is the same for logins that exist
-- and those that do not, and as long.
create function sign_in_keys(p_login text, p_address text) returns setof text language sql stable as $$
    select 'address ' || p_address
    union all
    select 'login ' || left(encode(sha256(convert_to(p_login, 'UTF8')), 'hex'), 12)
           || case when exists (select from person p join session s on s.person_id = p.id
                                 where p.login = p_login and s.address = p_address
                                   and s.opened_at > clock_timestamp() - interval '90 days')
                   then ' at ' || p_address else '' end $$;

create or replace function sign_in_locked(p_login text, p_address text) returns timestamptz language sql stable as $$
    select max(locked_until) from sign_in_guard
     where key in (select sign_in_keys(p_login, p_address)) and locked_until > clock_timestamp() $$;

-- Five free, then 2, 4, 8 … seconds, a quarter of an hour at most; an hour without one forgets them, and a day
-- later the row goes. An address may stand for a whole office behind one gateway: it has twenty free.
create or replace function sign_in_failed(p_login text, p_address text) returns void language sql as $$
    delete from sign_in_guard where last_at < clock_timestamp() - interval '1 day';
    insert into sign_in_guard as g (key, fails)
    select k, 1 from sign_in_keys(p_login, p_address) k order by k
    on conflict (key) do update
       set fails = case when g.last_at < clock_timestamp() - interval '1 hour' then 1 else g.fails + 1 end,
           last_at = clock_timestamp(),
           locked_until = case when g.last_at < clock_timestamp() - interval '1 hour' then '-infinity'
                               when g.fails + 1 <= case when g.key like 'login %' then 5 else 20 end then g.locked_until
                               else clock_timestamp() + least(interval '15 min', interval '1 s'
                                    * power(2, least(20, g.fails + 1 - case when g.key like 'login %' then 5 else 20 end))) end $$;

create function sign_in_forgiven(p_login text, p_address text) returns void language sql as $$
    update sign_in_guard set fails = 0
     where key in (select k from sign_in_keys(p_login, p_address) k where k like 'login %') $$;

-- True at the first try against a lock.
create function sign_in_told(p_login text, p_address text) returns boolean language sql as $$
    with told as (update sign_in_guard set told_until = locked_until
                   where key in (select sign_in_keys(p_login, p_address))
                     and locked_until > clock_timestamp() and told_until < locked_until returning 1)
    select exists (select from told) $$;
