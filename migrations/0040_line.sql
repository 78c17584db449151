-- LINE beside mail: what was told, so that nothing is told twice, and what must never be told.
--
-- A late deadline is told once: by the primary key of line_late, in the transaction that also writes the
-- message. Whoever dies before its commit has told nothing; two who look at the same time take turns at
-- the one row of line_watch.

-- Set before the first push of a message: from then on it may have arrived, and only its retry key may
-- ask again.
alter table outbox add column posted_at timestamptz;
create unique index outbox_retry_key on outbox (retry_key);
create unique index outbox_one_digest on outbox (bangkok_date(created_at)) where channel = 'line' and kind = 'digest';

-- Since when lateness is watched: what was late before LINE was turned on is the digest's.
create table line_watch (
    one         boolean primary key default true check (one),
    since       timestamptz not null,
    looked_at   timestamptz not null);

create table line_late (                         -- one deadline of one expectation that passed
    expectation_id bigint not null references expectation,
    due_at      timestamptz not null,
    outbox_id   bigint not null references outbox,
    primary key (expectation_id, due_at));
create table line_changed (                      -- one version of a deadline
    deadline_id bigint primary key references deadline,
    outbox_id   bigint not null references outbox);
create trigger line_late_kept before update or delete on line_late for each row execute function deny();
create trigger line_changed_kept before update or delete on line_changed for each row execute function deny();

create index deadline_due on deadline (due_at) where holds;
create index deadline_entered on deadline (created_at) where holds and version > 1;

-- Take turns, and learn since when. After three days without a look (LINE off, the service down) the watch
-- begins anew: what became late meanwhile stands in the nightly report, and a flood at once helps nobody.
create function line_look() returns timestamptz language sql as $$
    insert into line_watch as w (since, looked_at) values (office_now(), office_now())
    on conflict (one) do update
       set since = case when w.looked_at < office_now() - interval '3 days' then office_now()
                        else greatest(w.since, office_now() - interval '3 days') end,
           looked_at = office_now()
    returning since $$;

-- Up to when we know what came in: the oldest last look of the mailboxes named ('' all). An outage of ours
-- never makes an agency late, nor does it say so.
create function line_known_until(mailboxes text) returns timestamptz language sql stable as $$
    select least(office_now(), min(coalesce(last_poll_at, '-infinity')),
                 (select min(entered_at) from message where state = 'stored')) from mailbox
     where mailboxes = '' or name = any (string_to_array(mailboxes, ',')) $$;

-- What has just become late and is not told yet. Secret matters are not even counted.
create function line_newly_late(since timestamptz, mailboxes text)
returns table (expectation_id bigint, deadline_id bigint, matter_no text, agency text, due_at timestamptz,
               was_at timestamptz, is_received boolean) language sql stable as $$
    select j.expectation_id, d.id, m.no || '/' || m.year, coalesce(nullif(g.short_th, ''), g.name_th), j.due_at,
           null::timestamptz, j.decided_at is not null
    from (select distinct x.expectation_id from deadline x
           where x.holds and x.due_at > since and x.due_at < line_known_until(mailboxes)) c
    cross join lateral expectation_judgement(office_now(), c.expectation_id) j
    join deadline d on d.expectation_id = j.expectation_id and d.version = j.deadline_version
    join matter m on m.id = j.matter_id and m.secrecy = ''
    join agency g on g.id = j.agency_id
    where j.verdict in ('OVERDUE', 'LATE') and j.due_at > since and j.due_at < line_known_until(mailboxes)
      and (j.decided_at is null or j.decided_at > j.due_at)
      and not exists (select from line_late t where t.expectation_id = j.expectation_id and t.due_at = j.due_at)
    order by j.due_at, m.year, m.no, g.code $$;

-- Deadlines that are another instant than the one last known in the group, of what is still expected.
create function line_newly_changed(since timestamptz)
returns table (expectation_id bigint, deadline_id bigint, matter_no text, agency text, due_at timestamptz,
               was_at timestamptz, is_received boolean) language sql stable as $$
    select d.expectation_id, d.id, m.no || '/' || m.year, coalesce(nullif(g.short_th, ''), g.name_th), d.due_at,
           known.due_at, false
    from (select distinct x.expectation_id from deadline x
           where x.holds and x.version > 1 and x.created_at > since
             and not exists (select from line_changed t where t.deadline_id = x.id)) c
    cross join lateral expectation_judgement(office_now(), c.expectation_id) j
    join deadline d on d.expectation_id = c.expectation_id and d.version = j.deadline_version
    cross join lateral (select k.due_at from deadline k
                        where k.expectation_id = d.expectation_id and k.holds and k.version < d.version
                          and (k.created_at <= since or k.version = 1
                               or exists (select from line_changed t where t.deadline_id = k.id))
                        order by k.version desc limit 1) known
    join matter m on m.id = j.matter_id and m.secrecy = ''
    join agency g on g.id = j.agency_id
    where j.verdict in ('PENDING', 'DUE_SOON', 'OVERDUE', 'NO_DEADLINE')
      and d.created_at > since and known.due_at is not null and d.due_at is distinct from known.due_at
      and not exists (select from line_changed t where t.deadline_id = d.id)
    order by d.due_at, m.year, m.no, g.code $$;

-- The day's digest: overdue, due by the end of the next working day, and what came late since `since`.
create function line_digest(as_of timestamptz, since timestamptz)
returns table (what text, matter_no text, agency text, due_at timestamptz) language sql stable as $$
    with j as (
        select j.*, case when j.verdict = 'OVERDUE' then 'overdue'
                         when j.verdict in ('DUE_SOON', 'PENDING') and bangkok_date(j.due_at)
                              <= working_day_add(bangkok_date(as_of), 1, as_of) then 'soon'
                         when j.verdict = 'LATE' and j.decided_at > since then 'late' end as what
        from expectation_judgement(as_of) j)
    select j.what, m.no || '/' || m.year, coalesce(nullif(g.short_th, ''), g.name_th), j.due_at
    from j join matter m on m.id = j.matter_id and m.secrecy = ''
    join agency g on g.id = j.agency_id where j.what is not null
    order by j.what, j.due_at, m.year, m.no, g.code $$;

create view violation_line as
    select 'LINE message with a link' as what, o.id::text as ref from outbox o
     where o.channel = 'line' and o.kind <> 'notice' and convert_from(o.body, 'utf8') ~* '(https?://|www\.|line\.me)'
    union all
    select 'LINE message that names a coordinator', o.id::text from outbox o
     where o.channel = 'line' and o.kind <> 'notice'
       and exists (select from agency g where (g.contact <> '' and strpos(convert_from(o.body, 'utf8'), g.contact) > 0)
                                           or (g.contact_mail <> '' and strpos(convert_from(o.body, 'utf8'), g.contact_mail) > 0))
    union all
    select 'LINE message about a secret matter', t.outbox_id::text
      from (select outbox_id, expectation_id from line_late union all
            select c.outbox_id, d.expectation_id from line_changed c join deadline d on d.id = c.deadline_id) t
      join expectation e on e.id = t.expectation_id join matter m on m.id = e.matter_id
     where m.secrecy <> ''
    union all
    select 'LINE message that says what a matter is about', t.outbox_id::text
      from (select outbox_id, expectation_id from line_late union all
            select c.outbox_id, d.expectation_id from line_changed c join deadline d on d.id = c.deadline_id) t
      join outbox o on o.id = t.outbox_id
      join expectation e on e.id = t.expectation_id join matter m on m.id = e.matter_id
     where strpos(convert_from(o.body, 'utf8'), m.title) > 0 and length(m.title) > 12
    union all
    select 'LINE message that was told as mail', o.id::text from outbox o
      join (select outbox_id from line_late union select outbox_id from line_changed) t on t.outbox_id = o.id
     where o.channel <> 'line';
