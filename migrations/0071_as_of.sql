-- What an officer says of a document today does not change what held on an evening before: its status,
-- whether it is whole, its matter and agency are kept with the time from which they stood, and a judgement
-- as of an instant reads them as of that instant. The same for mail that was set aside, and for what a
-- report has told of the mailboxes.
--
-- What the machine finds is not such a change: a document belonged to the matter of its slip before the
-- slip was read, and our being late makes no agency late.

-- What is judged of each item, by time; written by the trigger alone. The narrow copy of what never changes
-- spares every judgement a look into the wide register.
create table item_state (
    item_id     bigint not null references item,
    from_at     timestamptz not null,            -- -infinity: as it came
    until_at    timestamptz not null,            -- infinity: as it stands
    entered_at  timestamptz not null,
    deemed_at   timestamptz not null,
    registered_at timestamptz not null,
    mailbox_id  int,
    sender_state text not null,
    within_at   timestamptz,
    meeting_id  int,
    status      text not null,
    cancelled_why text not null,
    is_complete boolean not null,
    incomplete_why text not null,
    completes   bigint,
    matter_id   bigint,
    agency_id   int,
    agency_how  text not null,
    check_why   text not null,
    primary key (item_id, from_at),
    check (from_at < until_at));

create function item_state_add(i item, from_at timestamptz, until_at timestamptz) returns void language sql as $$
    insert into item_state values (i.id, from_at, until_at,
        i.entered_at, i.deemed_at, i.registered_at, i.mailbox_id, i.sender_state, i.within_at, i.meeting_id,
        i.status, i.cancelled_why, i.is_complete, i.incomplete_why, i.completes, i.matter_id, i.agency_id,
        i.agency_how, i.check_why) $$;

-- What an officer changes begins a new row; what the machine finds, or changes in the same instant, does not.
create function item_state_keep() returns trigger language plpgsql as $$
declare
    since timestamptz := (select from_at from item_state where item_id = new.id and until_at = 'infinity');
    changed_at timestamptz := office_now();      -- once: the clock goes on, and there must be no gap
begin
    if since is null then
        perform item_state_add(new, '-infinity', 'infinity');
    elsif since < changed_at and (
        (new.status, new.is_complete, new.incomplete_why, new.completes, new.agency_id, new.agency_how, new.check_why)
        is distinct from
        (old.status, old.is_complete, old.incomplete_why, old.completes, old.agency_id, old.agency_how, old.check_why)
        or (new.matter_id is distinct from old.matter_id and new.matter_how = 'officer')) then
        update item_state set until_at = changed_at where item_id = new.id and until_at = 'infinity';
        perform item_state_add(new, changed_at, 'infinity');
    else
        update item_state set
            (entered_at, deemed_at, registered_at, mailbox_id, sender_state, within_at, meeting_id, status,
            cancelled_why, is_complete, incomplete_why, completes, matter_id, agency_id, agency_how, check_why) =
            (new.entered_at, new.deemed_at, new.registered_at, new.mailbox_id, new.sender_state, new.within_at,
            new.meeting_id, new.status, new.cancelled_why, new.is_complete, new.incomplete_why, new.completes,
            new.matter_id, new.agency_id, new.agency_how, new.check_why)
        where item_id = new.id and until_at = 'infinity';
    end if;
    return null;
end $$;

-- What was changed before this table was there: the events know what was whole and what its status was.
do $$
declare
    was item;
    change event;
    upper timestamptz;
begin
    for was in select * from item loop
        upper := 'infinity';
        for change in select * from event where item_id = was.id and what in ('status', 'cancel', 'complete', 'incomplete')
                      order by id desc loop
            if change.at < upper then
                perform item_state_add(was, change.at, upper);
                upper := change.at;
            end if;
            if change.what in ('status', 'cancel') then
                was.status := change.detail ->> 'from';
                was.cancelled_why := '';
            else
                was.is_complete := change.what = 'incomplete';
                was.incomplete_why := case when was.is_complete then '' else coalesce(
                    (select why from event where item_id = was.id and what = 'incomplete' and id < change.id
                     order by id desc limit 1), '') end;
            end if;
        end loop;
        perform item_state_add(was, '-infinity', upper);
    end loop;
end $$;
create index on item_state (matter_id, agency_id, entered_at, item_id);
create index on item_state (completes) where completes is not null;

create function item_state_fixed() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.until_at < 'infinity' then
        raise exception 'item %: what it was is fixed', old.item_id using errcode = '42501';
    end if;
    return new;
end $$;
create trigger item_state_fixed before update or delete on item_state for each row execute function item_state_fixed();
create trigger item_state_kept before truncate on item_state execute function deny();
create trigger item_state_keep
    after insert or update of deemed_at, mailbox_id, sender_state, within_at, meeting_id, status, cancelled_why, is_complete,
                              incomplete_why, completes, matter_id, agency_id, agency_how, check_why
    on item for each row execute function item_state_keep();

-- The register as it stood, for lists; a judgement reads item_state.
create function item_at(as_of timestamptz)
returns table (id bigint, series text, year int, no bigint, entered_at timestamptz, mailbox_id int, from_addr text,
               sender_state text, subject text, secrecy text, status text, matter_id bigint, agency_id int,
               agency_how text, check_why text)
language sql stable as $$
    select i.id, i.series, i.year, i.no, i.entered_at, i.mailbox_id, i.from_addr, i.sender_state, i.subject, i.secrecy,
           s.status, s.matter_id, s.agency_id, s.agency_how, s.check_why
    from item_state s join item i on i.id = s.item_id where s.from_at <= as_of and s.until_at > as_of $$;

create view violation_item_state as
    select 'item judged by what it is not' as what, i.id::text as ref from item i
     where not exists (select from item_state s where s.item_id = i.id and s.until_at = 'infinity'
        and (s.entered_at, s.deemed_at, s.status, s.is_complete, s.sender_state, s.agency_how)
            = (i.entered_at, i.deemed_at, i.status, i.is_complete, i.sender_state, i.agency_how)
        and (s.matter_id, s.agency_id, s.completes) is not distinct from (i.matter_id, i.agency_id, i.completes))
    union all
    select 'item with a time of which nothing is known', n.item_id::text
      from (select item_id, from_at, lag(until_at, 1, '-infinity') over (partition by item_id order by from_at) as before
            from item_state) n where n.from_at <> n.before;

-- ---------------------------------------------------------------- mail that waits for an officer

create table set_aside_before (                  -- append-only: a mail that was set aside until an instant
    message_id  bigint not null references message,
    until_at    timestamptz not null default office_now(),
    why         text not null,
    primary key (message_id, until_at));
create trigger set_aside_before_frozen before update or delete on set_aside_before for each row execute function deny();

create function set_aside_keep_before() returns trigger language plpgsql as $$
begin
    insert into set_aside_before (message_id, why) values (old.id, old.why) on conflict do nothing;
    return null;
end $$;
create trigger set_aside_keep_before after update of state on message for each row
    when (old.state = 'quarantined' and new.state <> 'quarantined') execute function set_aside_keep_before();

create function set_aside_at(as_of timestamptz) returns table (message_id bigint, why text) language sql stable as $$
    select m.id, coalesce(b.why, m.why)
    from message m
    left join lateral (select why from set_aside_before b where b.message_id = m.id and b.until_at > as_of
                       order by b.until_at limit 1) b on true
    where m.entered_at <= as_of and (m.state = 'quarantined' or b.why is not null) $$;

-- ---------------------------------------------------------------- mailboxes, as a report has told them

-- Taken when a report is made for the first time. A report of that instant that is made again says the same,
-- though the mailbox has been read since, and gaps that ended later are told by the next.
create table mailbox_told (
    as_of       timestamptz not null,
    mailbox_id  int not null references mailbox,
    last_poll_at timestamptz,
    last_error  text,
    last_error_at timestamptz,
    primary key (as_of, mailbox_id));
create trigger mailbox_told_frozen before update or delete on mailbox_told for each row execute function deny();

create function mailbox_at(at timestamptz)
returns table (mailbox_id int, name text, folder text, last_poll_at timestamptz, last_error text, last_error_at timestamptz)
language sql stable as $$
    select b.id, b.name, b.folder, t.last_poll_at, t.last_error, t.last_error_at
    from mailbox_told t join mailbox b on b.id = t.mailbox_id where t.as_of = at
    union all
    select b.id, b.name, b.folder, b.last_poll_at, b.last_error, b.last_error_at
    from mailbox b where not exists (select from mailbox_told t where t.as_of = at) $$;

-- ---------------------------------------------------------------- judgement

-- `offset 0` keeps the planner from writing each verdict out once for every column that mentions it.
create or replace function expectation_judgement(as_of timestamptz, only_id bigint default null)
returns table (expectation_id bigint, matter_id bigint, agency_id int, verdict text, label text,
               due_at timestamptz, level int, basis text, source text, deadline_version int, calendar_version int,
               meeting_id int, limit_at timestamptz, in_new_time boolean,
               first_item bigint, received_at timestamptz, decided_by bigint, decided_at timestamptz,
               late_min bigint, late_work_min bigint, why text)
language sql stable as $$
    select s.id, s.matter_id, s.agency_id, v.verdict, verdict_label(v.verdict, v.in_new_time),
           s.due_at, s.level, coalesce(s.basis, ''), coalesce(s.source, ''), s.version, s.calendar_version,
           s.meeting_id, v.limit_at, v.in_new_time,
           s.first_item, s.received_at, s.decided_by, s.decided_at, n.late_min, n.late_work_min,
           case v.verdict when 'EXEMPT' then 'ยกเว้น เพราะ' || s.exempt_why
                          when 'NO_DEADLINE' then 'ยังไม่กำหนดวันส่ง' || coalesce(': ' || nullif(s.reason, ''), '')
                else 'กำหนด ' || thai_instant(s.due_at) || ' เพราะ' || s.basis
                     || verdict_story(v.verdict, v.in_new_time, v.limit_at, s.decided_at,
                                      s.first_item <> s.decided_by, s.incomplete_why, n.late_min, n.late_work_min) end
    from (
        select e.id, e.matter_id, e.agency_id, e.exempt_at, e.exempt_why,
               d.version, d.level, d.due_at, d.passed_due,
               d.basis, d.source, d.reason, d.calendar_version, d.meeting_id,
               f.item_id as first_item, case when j.by_deemed then f.deemed_at else f.entered_at end as received_at,
               f.incomplete_why, f.is_complete or w.item_id is not null as is_whole, coalesce(w.item_id, f.item_id) as decided_by,
               case when j.by_deemed then coalesce(w.deemed_at, f.deemed_at)
                    else coalesce(w.entered_at, f.entered_at) end as decided_at,
               j.off, j.opens, j.closes, j.soon_until
        from judging(as_of) j
        cross join expectation e
        left join lateral (
            select * from deadline x
            where x.expectation_id = e.id and x.holds and x.created_at <= as_of
            order by x.version desc limit 1) d on true
        left join lateral (                          -- the first receipt
            select * from item_state i
            where i.matter_id = e.matter_id and i.agency_id = e.agency_id and i.entered_at <= as_of
              and i.from_at <= as_of and i.until_at > as_of
              and i.status <> 'ยกเลิก' and (i.sender_state = 'verified' or i.agency_how = 'officer')
            order by i.entered_at, i.item_id limit 1) f on true
        left join lateral (                          -- the first whole one, where that was not
            select * from item_state i
            where not f.is_complete
              and i.matter_id = e.matter_id and i.agency_id = e.agency_id and i.entered_at <= as_of
              and i.from_at <= as_of and i.until_at > as_of and i.is_complete
              and i.status <> 'ยกเลิก' and (i.sender_state = 'verified' or i.agency_how = 'officer')
            order by i.entered_at, i.item_id limit 1) w on true
        where e.created_at <= as_of and (only_id is null or e.id = only_id)) s
    cross join lateral (
        select coalesce(s.passed_due, s.due_at) as limit_at, coalesce(s.decided_at, as_of) as ended_at,
               coalesce(s.decided_at > s.passed_due and s.decided_at <= s.due_at, false) as in_new_time,
               case when s.exempt_at <= as_of then 'EXEMPT'
                    when s.due_at is null then 'NO_DEADLINE'
                    when s.decided_at > coalesce(s.passed_due, s.due_at) then 'LATE'
                    when s.decided_at is not null then case when s.is_whole then 'ON_TIME' else 'INCOMPLETE' end
                    when as_of > s.due_at then 'OVERDUE'
                    when bangkok_date(s.due_at) <= s.soon_until then 'DUE_SOON'
                    else 'PENDING' end as verdict
        offset 0) v
    cross join lateral (
        select case when v.verdict in ('LATE', 'OVERDUE') then minutes_late(v.limit_at, v.ended_at)
                    else 0 end as late_min,
               case when v.verdict in ('LATE', 'OVERDUE')
                    then work_minutes_late(s.off, s.opens, s.closes, v.limit_at, v.ended_at)
                    else 0 end as late_work_min
        offset 0) n $$;

-- ---------------------------------------------------------------- items

-- The deadline of a document: of what its agency owes to its matter; else, where it names no matter that
-- asks its agency, its own ด่วนภายใน, the meeting that it names, or, where it names nothing at all, the
-- next meeting of its mailbox's body, as planned when it was registered: `how` says which.
create or replace function item_judgement(as_of timestamptz, only_id bigint default null)
returns table (item_id bigint, expectation_id bigint, how text, verdict text, label text, due_at timestamptz,
               basis text, meeting_id int, decided_by bigint, decided_at timestamptz,
               late_min bigint, late_work_min bigint, why text)
language sql stable as $$
    select s.id, s.expectation_id, s.how, v.verdict,
           case when s.how = 'matter' then s.e_label else verdict_label(v.verdict, false) end, s.due_at,
           coalesce(s.basis, ''), s.meeting_id, s.decided_by, s.decided_at, n.late_min, n.late_work_min,
           case when s.how = 'cancelled' then 'ยกเลิกเลขทะเบียน เพราะ' || s.cancelled_why
                when s.how = 'matter' then s.e_why
                     || case when s.is_unconfirmed then ' · ผู้ส่งยังไม่ยืนยัน จึงยังไม่นับฉบับนี้'
                             when s.decided_by <> s.id then ' (ตัดสินจากฉบับอื่นของเรื่องนี้)' else '' end
                when s.due_at is null then 'ยังไม่กำหนดวันส่ง'
                     || case when s.matter_id is not null then ': เรื่องนี้ยังไม่ได้กำหนดให้หน่วยงานนี้ส่ง' else '' end
                else 'กำหนด ' || thai_instant(s.due_at) || ' เพราะ' || s.basis
                     || verdict_story(v.verdict, false, s.due_at, s.decided_at, s.decided_by <> s.id, s.incomplete_why,
                                      n.late_min, n.late_work_min) end
    from (
        select i.item_id as id, i.matter_id, i.cancelled_why, i.incomplete_why, h.how,
               i.sender_state = 'unverified' and i.agency_how <> 'officer' as is_unconfirmed,
               e.expectation_id, e.verdict as e_verdict, e.label as e_label, e.why as e_why,
               e.late_min as e_late_min, e.late_work_min as e_late_work_min,
               case h.how when 'matter' then e.due_at when 'within' then i.within_at else m.cutoff_at end as due_at,
               case h.how when 'matter' then e.basis when 'within' then 'หนังสือระบุด่วนภายใน'
                          when 'meeting' then meeting_words(m.body, m.starts_at, m.cutoff_rule, m.calendar_version)
                          when 'next' then 'หนังสือไม่ระบุเรื่องหรือวันประชุม จึงใช้การประชุมถัดไป: '
                               || meeting_words(m.body, m.starts_at, m.cutoff_rule, m.calendar_version) end as basis,
               case h.how when 'matter' then e.meeting_id else m.id end as meeting_id,
               case h.how when 'matter' then e.decided_by else coalesce(c.item_id, i.item_id) end as decided_by,
               case when h.how = 'matter' then e.decided_at
                    when j.by_deemed then coalesce(c.deemed_at, i.deemed_at)
                    else coalesce(c.entered_at, i.entered_at) end as decided_at,
               i.is_complete or c.item_id is not null as is_whole, j.off, j.opens, j.closes
        from judging(as_of) j
        cross join item_state i
        left join expectation_judgement(as_of) e on e.matter_id = i.matter_id and e.agency_id = i.agency_id
        left join mailbox b on b.id = i.mailbox_id
        cross join lateral (
            select case when i.status = 'ยกเลิก' then 'cancelled'
                        when e.expectation_id is not null then 'matter'
                        when i.within_at is not null then 'within'
                        when i.meeting_id is not null then 'meeting'
                        when i.matter_id is null and b.body is not null then 'next'
                        else 'none' end as how) h
        left join lateral (
            select * from meeting x
            where h.how = 'meeting' and x.id = i.meeting_id
            union all
            (select * from meeting x
             where h.how = 'next' and x.body = b.body and x.starts_at > i.entered_at and x.created_at <= as_of
               and (x.status_at is null or x.status_at > i.registered_at)
             order by x.created_at > i.registered_at, x.starts_at, x.id limit 1)) m on true
        left join lateral (                          -- what made it whole
            select * from item_state x
            where not i.is_complete and x.completes = i.item_id and x.is_complete and x.status <> 'ยกเลิก'
              and x.from_at <= as_of and x.until_at > as_of
              and x.entered_at <= as_of
            order by x.entered_at, x.item_id limit 1) c on true
        where i.entered_at <= as_of and i.from_at <= as_of and i.until_at > as_of
          and (only_id is null or i.item_id = only_id)) s
    cross join lateral (
        select case when s.how = 'cancelled' then 'EXEMPT'
                    when s.how = 'matter' then s.e_verdict
                    when s.due_at is null then 'NO_DEADLINE'
                    when s.decided_at > s.due_at then 'LATE'
                    when s.is_whole then 'ON_TIME'
                    else 'INCOMPLETE' end as verdict
        offset 0) v
    cross join lateral (
        select case when s.how = 'matter' then s.e_late_min
                    when v.verdict = 'LATE' then minutes_late(s.due_at, s.decided_at) else 0 end as late_min,
               case when s.how = 'matter' then s.e_late_work_min
                    when v.verdict = 'LATE' then work_minutes_late(s.off, s.opens, s.closes, s.due_at, s.decided_at)
                    else 0 end as late_work_min
        offset 0) n $$;
