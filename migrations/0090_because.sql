-- A line of reason is written as Thai is: a number, and whatever is not Thai, stands apart from the word before
-- it ("เพราะ 5 วันทำการ"). The judgements are those of 0071, word for word but for because().

create function because(why text) returns text language sql immutable parallel safe as $$
    select case when ascii(why) between 3585 and 3663 or why = '' then 'เพราะ' else 'เพราะ ' end || why $$;

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
           case v.verdict when 'EXEMPT' then 'ยกเว้น ' || because(s.exempt_why)
                          when 'NO_DEADLINE' then 'ยังไม่กำหนดวันส่ง' || coalesce(': ' || nullif(s.reason, ''), '')
                else 'กำหนด ' || thai_instant(s.due_at) || ' ' || because(s.basis)
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
           case when s.how = 'cancelled' then 'ยกเลิกเลขทะเบียน ' || because(s.cancelled_why)
                when s.how = 'matter' then s.e_why
                     || case when s.is_unconfirmed then ' · ผู้ส่งยังไม่ยืนยัน จึงยังไม่นับฉบับนี้'
                             when s.decided_by <> s.id then ' (ตัดสินจากฉบับอื่นของเรื่องนี้)' else '' end
                when s.due_at is null then 'ยังไม่กำหนดวันส่ง'
                     || case when s.matter_id is not null then ': เรื่องนี้ยังไม่ได้กำหนดให้หน่วยงานนี้ส่ง' else '' end
                else 'กำหนด ' || thai_instant(s.due_at) || ' ' || because(s.basis)
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
