-- Mailbox against ledger, both ways. The mailbox role leaves here what it finds in its three folders,
-- by size and INTERNALDATE, by hash where those do not say which mail it is (a UID is a place, not an
-- identity), and compares right after a look at the whole inbox, when nothing of it is on its way. A
-- run keeps its counts and what differed: a report as of an instant reads the last run before it.

alter table mailbox add column reconcile_asked bigint not null default 0;   -- counts requests

create table folder (                            -- as last listed
    mailbox_id  int not null references mailbox,
    place       text not null check (place in ('inbox', 'done', 'aside')),
    name        text not null,
    uidvalidity bigint not null,
    listed_at   timestamptz not null,
    primary key (mailbox_id, place));

create table folder_mail (                       -- what lies there
    mailbox_id  int not null,
    place       text not null,
    uid         bigint not null,
    size        bigint not null,                 -- RFC822.SIZE
    internaldate timestamptz not null,
    is_deleted  boolean not null,                -- a human marked it
    is_too_large boolean not null,
    sha256      bytea check (octet_length(sha256) = 32),   -- read only where size and date do not say
    message_fk  bigint references message,       -- whose copy it is; null: not known, or not read yet
    primary key (mailbox_id, place, uid),
    foreign key (mailbox_id, place) references folder on delete cascade);
create index on folder_mail (message_fk);

create table reconcile_run (
    id          bigint generated always as identity primary key,
    mailbox_id  int not null references mailbox,
    answers     bigint not null,                 -- the last request that it answers
    at          timestamptz not null default office_now(),
    n_inbox     int not null,
    n_done      int not null,
    n_aside     int not null,
    n_known     int not null,                    -- mails of this mailbox that the ledger knows
    n_explained int not null,
    n_unexplained int not null);
create index on reconcile_run (mailbox_id, id);

create table reconcile_count (
    run_id      bigint not null references reconcile_run on delete cascade,
    class       text not null,
    explained   boolean not null,
    n           int not null,
    primary key (run_id, class));

create table reconcile_difference (              -- the first 500 of each class
    run_id      bigint not null references reconcile_run on delete cascade,
    seq         int not null,
    class       text not null,
    explained   boolean not null,
    message_fk  bigint references message,
    place       text,                            -- null: it lies nowhere
    uid         bigint,
    size        bigint,
    internaldate timestamptz,
    n_there     int not null default 0,          -- copies that lie in the folders
    n_known     int not null default 0,          -- copies that the ledger met
    primary key (run_id, seq));

-- A listing begins: the folder's row; where it has another name or UIDVALIDITY all is read anew.
create function folder_begin(p_mailbox int, p_place text, p_name text, p_uidvalidity bigint)
returns void language sql security definer set search_path = public as $$
    delete from folder_mail f using folder b
     where f.mailbox_id = p_mailbox and f.place = p_place and b.mailbox_id = p_mailbox and b.place = p_place
       and (b.name, b.uidvalidity) <> (p_name, p_uidvalidity);
    insert into folder values (p_mailbox, p_place, p_name, p_uidvalidity, clock_timestamp())
        on conflict (mailbox_id, place) do update set name = p_name, uidvalidity = p_uidvalidity,
               listed_at = clock_timestamp() $$;

-- A piece of it: all that lies at the UIDs after p_from up to p_to. What is as it was is not written.
create function folder_put(p_mailbox int, p_place text, p_from bigint, p_to bigint, p_uids bigint[],
                           p_sizes bigint[], p_dates bigint[], p_deleted boolean[], p_too_large boolean[])
returns void language plpgsql security definer set search_path = public as $$
begin
    delete from folder_mail f where f.mailbox_id = p_mailbox and f.place = p_place and f.uid > p_from and f.uid <= p_to
       and not exists (select from unnest(p_uids, p_sizes, p_dates) u (uid, size, date)
                       where u.uid = f.uid and u.size = f.size and from_us(u.date) = f.internaldate);
    insert into folder_mail (mailbox_id, place, uid, size, internaldate, is_deleted, is_too_large)
    select p_mailbox, p_place, u.uid, u.size, from_us(u.date), u.deleted, u.too_large
      from unnest(p_uids, p_sizes, p_dates, p_deleted, p_too_large) u (uid, size, date, deleted, too_large)
        on conflict (mailbox_id, place, uid) do update set is_deleted = excluded.is_deleted
     where folder_mail.is_deleted <> excluded.is_deleted;
end $$;

-- Whose copies lie there: by hash where it was read; else by size and date, if these fit one mail of
-- the ledger and one of the folders. A mail that was too large to take has its date alone.
create function folder_match(p_mailbox int) returns void language plpgsql security definer set search_path = public as $$
begin
    update folder_mail f set message_fk = m.id from blob b join message m on m.blob_id = b.id
     where f.mailbox_id = p_mailbox and f.sha256 = b.sha256 and f.message_fk is distinct from m.id;
    update folder_mail f set message_fk = m.id from message m
     where f.mailbox_id = p_mailbox and f.is_too_large and f.message_fk is null and m.blob_id is null
       and m.mailbox_id = p_mailbox and m.entered_at = f.internaldate;
    update folder_mail f set message_fk = k.id
      from (select size, internaldate from folder_mail where mailbox_id = p_mailbox group by 1, 2
            having count(*) = 1) l
      join (select b.size, m.entered_at, min(m.id) as id from message m join blob b on b.id = m.blob_id
            where exists (select from message_copy c where c.message_fk = m.id and c.mailbox_id = p_mailbox)
            group by 1, 2 having count(*) = 1) k on k.size = l.size and k.entered_at = l.internaldate
     where f.mailbox_id = p_mailbox and f.message_fk is null and f.sha256 is null
       and f.size = l.size and f.internaldate = l.internaldate;
end $$;

-- What differs. explained: the office or a rule of ours did it, and the ledger says so.
create function reconcile_differences(p_mailbox int)
returns table (class text, explained boolean, message_fk bigint, place text, uid bigint, size bigint,
               internaldate timestamptz, n_there int, n_known int) language sql stable as $$
    with lies as (select f.*, b.name, b.uidvalidity, b.listed_at from folder_mail f
                  join folder b on b.mailbox_id = f.mailbox_id and b.place = f.place
                  where f.mailbox_id = p_mailbox),
    there as (select message_fk, count(*)::int as n from lies where message_fk is not null group by 1),
    known as (select c.message_fk, count(*)::int as n, bool_or(c.filed_to is not null) as was_filed,
                     bool_or(c.filed_at is null) as is_open, max(m.entered_at) as entered_at, bool_and(m.blob_id is null) as is_too_large
              from message_copy c join message m on m.id = c.message_fk where c.mailbox_id = p_mailbox group by 1),
    unread as (select from lies where message_fk is null and sha256 is null and not is_too_large),
    oldest as (select min(internaldate) as at from lies where lies.place = 'done')
    -- what lies there and the ledger does not know
    select case when l.sha256 is null and not l.is_too_large then 'not_compared'
                when l.place <> 'inbox' then 'unknown_in_' || l.place
                when l.internaldate > l.listed_at - interval '10 minutes' then 'waiting'
                else 'not_taken' end,
           l.sha256 is null and not l.is_too_large
           or l.place = 'inbox' and l.internaldate > l.listed_at - interval '10 minutes',
           l.message_fk, l.place, l.uid, l.size, l.internaldate, 1, 0
      from lies l where l.message_fk is null
    union all -- in the inbox, and known
    select x.class, x.class in ('waiting', 'too_large', 'marked_deleted'), l.message_fk, l.place, l.uid, l.size,
           l.internaldate, t.n, coalesce(k.n, 0)
      from lies l join message m on m.id = l.message_fk join there t on t.message_fk = m.id
      left join known k on k.message_fk = m.id
      left join message_copy c on c.mailbox_id = p_mailbox and c.uidvalidity = l.uidvalidity and c.uid = l.uid
                              and c.message_fk = l.message_fk
      cross join lateral (select case when m.blob_id is null then 'too_large'
                                      when l.is_deleted then 'marked_deleted'
                                      when c.message_fk is null then 'waiting'
                                      when m.state = 'stored' then 'not_settled'
                                      when c.filed_to is not null then 'filed_but_in_inbox'
                                      else 'not_filed' end as class) x
     where l.place = 'inbox'
    union all -- in another folder, and known
    select x.class, x.class not in ('doubled', 'not_settled'), l.message_fk, l.place, l.uid, l.size, l.internaldate,
           t.n, coalesce(k.n, 0)
      from (select distinct on (message_fk, place) * from lies where lies.place <> 'inbox' and message_fk is not null
            order by message_fk, place, uid) l
      join message m on m.id = l.message_fk join there t on t.message_fk = m.id
      left join known k on k.message_fk = m.id
      cross join lateral (select exists (select from message_copy c where c.mailbox_id = p_mailbox
                                         and c.message_fk = m.id and c.filed_to = l.name) as filed_here) h
      cross join lateral (select case when t.n > greatest(k.n, 1) then 'doubled'
                                      when m.state = 'stored' then 'not_settled'
                                      when not h.filed_here and (k.n is null or k.was_filed or m.blob_id is null)
                                           then 'moved_by_human'
                                      when not h.filed_here then 'move_not_noted'
                                      when t.n > 1 then 'copies'
                                      when l.place = 'aside' and m.state in ('registered', 'duplicate') then 'released'
                                 end as class) x
     where x.class is not null
    union all -- known, and nowhere
    select x.class, x.class <> all (array['missing', 'gone_from_inbox']), m.id, null, null, b.size, m.entered_at, 0, k.n
      from known k join message m on m.id = k.message_fk left join blob b on b.id = m.blob_id
      cross join lateral (select case when exists (select from unread) then 'not_compared'
                                      when m.blob_id is null then 'taken_by_human'
                                      when k.was_filed and m.entered_at < (select at from oldest)
                                           and m.entered_at < office_now() - interval '30 days' then 'cleaned'
                                      when k.was_filed then 'missing'
                                      when k.is_open then 'gone_from_inbox'
                                      else 'taken_by_human' end as class) x
     where not exists (select from there t where t.message_fk = k.message_fk)
    union all -- the server began a new name space
    select 'uidvalidity', true, null, b.place, null, null, null, 0, count(*)::int
      from folder b join message_copy c on c.mailbox_id = b.mailbox_id and c.uidvalidity <> b.uidvalidity
     where b.mailbox_id = p_mailbox and b.place = 'inbox' group by b.place having count(*) > 0 $$;

-- Compare, keep the result, forget what is older than 90 days.
create function reconcile(p_mailbox int, p_answers bigint) returns bigint
language plpgsql security definer set search_path = public as $$
declare run bigint;
begin
    perform folder_match(p_mailbox);
    insert into reconcile_run (mailbox_id, answers, n_inbox, n_done, n_aside, n_known, n_explained, n_unexplained)
    select p_mailbox, p_answers, count(*) filter (where place = 'inbox'), count(*) filter (where place = 'done'),
           count(*) filter (where place = 'aside'),
           (select count(distinct message_fk) from message_copy where mailbox_id = p_mailbox), 0, 0
      from folder_mail where mailbox_id = p_mailbox
    returning id into run;
    with d as materialized (select * from reconcile_differences(p_mailbox)),
         c as (insert into reconcile_count select run, d.class, d.explained, count(*) from d group by 2, 3)
    insert into reconcile_difference
    select run, row_number() over (order by n.explained, n.class, n.nth), n.class, n.explained, n.message_fk, n.place,
           n.uid, n.size, n.internaldate, n.n_there, n.n_known
      from (select d.*, row_number() over (partition by d.class order by d.internaldate, d.message_fk, d.uid) as nth
            from d) n
     where n.nth <= 500;
    update reconcile_run set n_explained = coalesce((select sum(n) from reconcile_count where run_id = run and explained), 0),
           n_unexplained = coalesce((select sum(n) from reconcile_count where run_id = run and not explained), 0)
     where id = run;
    delete from reconcile_run where mailbox_id = p_mailbox and at < office_now() - interval '90 days' and id <> run;
    return run;
end $$;
