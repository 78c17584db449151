-- Judgements: what holds, and what it means, as of an instant, computed from facts only. Set-returning
-- functions that the planner takes apart: asked for one row they look up one, asked for all they walk
-- the indexes once.
--
--   deadline_current(as_of)           one row an expectation that has a deadline
--   expectation_judgement(as_of)      one row an expectation that existed then
--   item_judgement(as_of)             one row a registered item that had entered by then
--
-- The instant of the deadline itself is in time, one second later is late. What decides is the first
-- receipt that is whole; one that came in time and is not whole is INCOMPLETE until another makes it so.

-- ---------------------------------------------------------------- entering a deadline

-- A weaker level is recorded but does not hold: the explicit date of a letter stands when the meeting's
-- cut-off is entered later. A level 7 clears the slate. `passed_due` keeps the lateness that a later due
-- does not erase; an officer's override, or the word on record (erases_lateness), does.
create function deadline_enters() returns trigger language plpgsql as $$
declare
    last deadline;
begin
    perform from expectation where id = new.expectation_id for update;
    select * into last from deadline where expectation_id = new.expectation_id order by version desc limit 1;
    new.version := coalesce(last.version, 0) + 1;
    if last.created_at > new.created_at then
        raise exception 'expectation %: a deadline cannot be entered before the one that it follows',
            new.expectation_id using errcode = '22023';
    end if;
    if not last.holds then
        select * into last from deadline where expectation_id = new.expectation_id and holds order by version desc limit 1;
    end if;
    new.holds := new.level <= coalesce(last.level, 7) or new.level = 7;
    new.passed_due := null;
    if new.holds and new.level not in (1, 7) and not new.erases_lateness then
        new.passed_due := coalesce(last.passed_due, case when last.due_at < new.created_at then last.due_at end);
    end if;
    return new;
end $$;
create trigger deadline_enters before insert on deadline for each row execute function deadline_enters();

create function meeting_fixed() returns trigger language plpgsql as $$
begin
    if (new.body, new.starts_at, new.kind, new.cutoff_at, new.cutoff_days, new.cutoff_time, new.created_at)
       is distinct from
       (old.body, old.starts_at, old.kind, old.cutoff_at, old.cutoff_days, old.cutoff_time, old.created_at)
       or (old.status <> 'planned' and new.status <> old.status)
    then raise exception 'meeting %: times are fixed; move it', old.id using errcode = '42501';
    end if;
    return new;
end $$;
create trigger meeting_fixed before update on meeting for each row execute function meeting_fixed();
create trigger meeting_kept before delete on meeting for each row execute function deny();

create index deadline_holding on deadline (expectation_id, version desc) where holds;
create index on deadline (meeting_id) where meeting_id is not null;
create index on expectation (agency_id);
create index on matter (meeting_id) where meeting_id is not null;
create index on item (completes) where completes is not null;

-- ---------------------------------------------------------------- words

-- "ประชุม ครม. 20 เม.ย. 64 ปิดรับก่อน 3 วันทำการ (ปฏิทิน v7)"
create function meeting_words(body text, starts_at timestamptz, cutoff_rule text, calendar_version int) returns text
language sql immutable parallel safe as $$
    select case body when 'cabinet' then 'ประชุม ครม. ' else 'ประชุมสภา ' end || thai_date(bangkok_date(starts_at))
           || ' ' || cutoff_rule || coalesce(' (ปฏิทิน v' || calendar_version::text || ')', '') $$;

-- Minutes as a reader counts them: "45 นาที", "3 ชม. 5 นาที", "2 วัน 4 ชม."; day_min: of a day.
create function thai_span(minutes bigint, day_min bigint, day_word text) returns text
language sql immutable parallel safe as $$
    select case when minutes < 60 then minutes::text || ' นาที'
                when minutes < day_min
                then (minutes / 60)::text || ' ชม.'
                     || case when minutes % 60 > 0 then ' ' || (minutes % 60)::text || ' นาที' else '' end
                else (minutes / day_min)::text || ' ' || day_word
                     || case when minutes % day_min / 60 > 0
                             then ' ' || (minutes % day_min / 60)::text || ' ชม.' else '' end end $$;

create function verdict_label(verdict text, in_new_time boolean) returns text language sql immutable parallel safe as $$
    select case when verdict = 'LATE' and in_new_time then 'ทันตามกำหนดใหม่ (เดิมไม่ทัน)'
                else case verdict when 'ON_TIME' then 'ทันเวลา' when 'LATE' then 'ไม่ทัน'
                                  when 'OVERDUE' then 'เกินกำหนดและยังไม่ได้รับ' when 'DUE_SOON' then 'ใกล้ครบกำหนด'
                                  when 'PENDING' then 'รอรับ' when 'NO_DEADLINE' then 'ยังไม่กำหนด'
                                  when 'INCOMPLETE' then 'มาทันแต่ไม่ครบ' when 'EXEMPT' then 'ยกเว้น' end end $$;

-- What happened, behind the deadline and its reason: " · รับ 9 เม.ย. 64 12:01 ช้า 1 นาที".
create function verdict_story(verdict text, in_new_time boolean, limit_at timestamptz, decided_at timestamptz,
                              was_completed boolean, incomplete_why text, late_min bigint, late_work_min bigint)
returns text language sql immutable parallel safe as $$
    select case
        when verdict in ('PENDING', 'DUE_SOON') then ' · ยังไม่ได้รับ'
        when verdict = 'OVERDUE' then ' · ยังไม่ได้รับ เกินมา ' || thai_span(late_min, 1440, 'วัน')
        else case when was_completed then ' · ครบเมื่อ ' else ' · รับ ' end || thai_instant(decided_at)
             || case when verdict = 'INCOMPLETE' then ' แต่ไม่ครบ' || coalesce(': ' || nullif(incomplete_why, ''), '')
                     when verdict = 'LATE' and in_new_time then ' ไม่ทันกำหนดเดิม ' || thai_instant(limit_at)
                     else '' end
             || case when verdict = 'LATE' then ' ช้า ' || thai_span(late_min, 1440, 'วัน')
                          || ' (เวลาทำการ ' || thai_span(late_work_min, 480, 'วัน') || ')'
                     else '' end end $$;

-- ---------------------------------------------------------------- deadlines

create function deadline_current(as_of timestamptz) returns setof deadline language sql stable as $$
    select d.* from expectation e
    cross join lateral (select * from deadline x
                        where x.expectation_id = e.id and x.holds and x.created_at <= as_of
                        order by x.version desc limit 1) d $$;

-- Everything that judging needs of the settings and the calendar, taken once.
create function judging(as_of timestamptz, out off date[], out opens time, out closes time,
                        out by_deemed boolean, out soon_until date)
language sql stable as $$
    select c.off, office_opens(as_of), office_closes(as_of), office_setting_of('receipt_basis', as_of) = 'deemed',
           working_day_of(c.gaps, working_no(c.off, bangkok_date(as_of)) + office_setting_of('soon_days', as_of)::int)
    from working_calendar(as_of) c $$;

-- Minutes from the deadline to an instant, a begun one counted; and those of them in office hours.
create function minutes_late(due_at timestamptz, at timestamptz) returns bigint language sql immutable parallel safe as $$
    select ceil(extract(epoch from at - due_at) / 60)::bigint $$;
create function work_minutes_late(off date[], opens time, closes time, due_at timestamptz, at timestamptz) returns bigint
language sql immutable parallel safe as $$
    select ceil((office_seconds(off, opens, closes, at) - office_seconds(off, opens, closes, due_at)) / 60.0)::bigint $$;

-- `offset 0` keeps the planner from writing each verdict out once for every column that mentions it.
create function expectation_judgement(as_of timestamptz, only_id bigint default null)
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
               f.id as first_item, case when j.by_deemed then f.deemed_at else f.entered_at end as received_at,
               f.incomplete_why, w.id is not null as is_whole, coalesce(w.id, f.id) as decided_by,
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
            select * from item i
            where i.matter_id = e.matter_id and i.agency_id = e.agency_id and i.entered_at <= as_of
              and i.status <> 'ยกเลิก' and (i.sender_state = 'verified' or i.agency_how = 'officer')
            order by i.entered_at, i.id limit 1) f on true
        left join lateral (                          -- the first whole one
            select * from item i
            where i.matter_id = e.matter_id and i.agency_id = e.agency_id and i.entered_at <= as_of
              and i.is_complete
              and i.status <> 'ยกเลิก' and (i.sender_state = 'verified' or i.agency_how = 'officer')
            order by i.entered_at, i.id limit 1) w on true
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
create function item_judgement(as_of timestamptz, only_id bigint default null)
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
        select i.id, i.matter_id, i.cancelled_why, i.incomplete_why, h.how,
               i.sender_state = 'unverified' and i.agency_how <> 'officer' as is_unconfirmed,
               e.expectation_id, e.verdict as e_verdict, e.label as e_label, e.why as e_why,
               e.late_min as e_late_min, e.late_work_min as e_late_work_min,
               case h.how when 'matter' then e.due_at when 'within' then i.within_at else m.cutoff_at end as due_at,
               case h.how when 'matter' then e.basis when 'within' then 'หนังสือระบุด่วนภายใน'
                          when 'meeting' then meeting_words(m.body, m.starts_at, m.cutoff_rule, m.calendar_version)
                          when 'next' then 'หนังสือไม่ระบุเรื่องหรือวันประชุม จึงใช้การประชุมถัดไป: '
                               || meeting_words(m.body, m.starts_at, m.cutoff_rule, m.calendar_version) end as basis,
               case h.how when 'matter' then e.meeting_id else m.id end as meeting_id,
               case h.how when 'matter' then e.decided_by else coalesce(c.id, i.id) end as decided_by,
               case when h.how = 'matter' then e.decided_at
                    when j.by_deemed then coalesce(c.deemed_at, i.deemed_at)
                    else coalesce(c.entered_at, i.entered_at) end as decided_at,
               i.is_complete or c.id is not null as is_whole, j.off, j.opens, j.closes
        from judging(as_of) j
        cross join item i
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
            select * from item x
            where not i.is_complete and x.completes = i.id and x.is_complete and x.status <> 'ยกเลิก'
              and x.entered_at <= as_of
            order by x.entered_at, x.id limit 1) c on true
        where i.entered_at <= as_of and (only_id is null or i.id = only_id)) s
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

-- ---------------------------------------------------------------- a changed calendar

-- Cut-offs of planned meetings, and open deadlines, that the calendar of an instant puts elsewhere. What
-- has been answered whole, or is exempt, is closed and stays.
create function meeting_cutoff_moves(as_of timestamptz)
returns table (meeting_id int, cutoff_at timestamptz, new_cutoff_at timestamptz) language sql stable as $$
    select n.id, n.cutoff_at, n.new_cutoff_at
    from (select m.id, m.cutoff_at, least(m.starts_at, bangkok(
                     case when m.cutoff_days = 0 then bangkok_date(m.starts_at)
                          else working_day_of(c.gaps, working_no_before(c.off, bangkok_date(m.starts_at), m.cutoff_days)) end,
                     m.cutoff_time)) as new_cutoff_at
          from working_calendar(as_of) c cross join meeting m
          where m.status = 'planned' and m.cutoff_days is not null and m.starts_at > as_of) n
    where n.new_cutoff_at <> n.cutoff_at $$;

create function deadline_moves(as_of timestamptz)
returns table (expectation_id bigint, due_at timestamptz, new_due_at timestamptz) language sql stable as $$
    select n.expectation_id, n.due_at, n.new_due_at
    from (select d.expectation_id, d.due_at, bangkok(
                     case when d.working and d.days > 0 then working_day_of(c.gaps, working_no(c.off, d.from_date) + d.days)
                          when is_working(c.off, l.last) then l.last
                          else working_day_of(c.gaps, working_no(c.off, l.last) + 1) end,
                     office_closes(as_of)) as new_due_at
          from working_calendar(as_of) c cross join deadline_current(as_of) d
          cross join lateral (select d.from_date + case when d.working then 0 else d.days end as last) l
          where d.days is not null) n
    join expectation_judgement(as_of) j using (expectation_id)
    where n.new_due_at <> n.due_at and j.verdict in ('PENDING', 'DUE_SOON', 'OVERDUE', 'INCOMPLETE') $$;

-- ---------------------------------------------------------------- now

create view deadline_now as select * from deadline_current(office_now());
create view expectation_now as select * from expectation_judgement(office_now());
create view item_now as select * from item_judgement(office_now());
