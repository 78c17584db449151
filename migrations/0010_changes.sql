-- Entering deadlines and moving meetings: the words and dates of each rule in one place, so that a
-- deadline entered by hand, by import, by a meeting or by a changed calendar reads alike.

-- ---------------------------------------------------------------- meetings

create function meeting_cutoff(starts_at timestamptz, days int, at time, as_of timestamptz) returns timestamptz
language sql stable as $$
    select least(starts_at, bangkok(working_day_sub(bangkok_date(starts_at), days, as_of), at)) $$;

create function meeting_rule_words(days int, at time, cutoff_at timestamptz) returns text language sql immutable as $$
    select case when days is null then 'ปิดรับ ' || thai_instant(cutoff_at)
                when days = 0 then 'ปิดรับในวันประชุม ' || left(at::text, 5)
                else 'ปิดรับก่อน ' || days::text || ' วันทำการ' end $$;

-- The meeting that a document means when it names a day: the planned one; else where a meeting of that
-- day was moved to.
create function meeting_on(of_body text, day date) returns int language sql stable as $$
    with recursive moved as (
        select id, status, moved_to, 0 as n from meeting
        where body = of_body and bangkok_date(starts_at) = day
        union
        select m.id, m.status, m.moved_to, n + 1 from moved join meeting m on m.id = moved.moved_to where n < 100)
    select id from moved where status = 'planned' order by n, id limit 1 $$;

-- ---------------------------------------------------------------- deadlines

-- What is still owed: not answered whole and not exempt. The rest is closed and is not moved.
create function is_open(verdict text) returns boolean language sql immutable parallel safe as $$
    select verdict in ('PENDING', 'DUE_SOON', 'OVERDUE', 'INCOMPLETE', 'NO_DEADLINE') $$;

-- "3 วันทำการ นับถัดจากวันรับ 9 เม.ย. 64 (ปฏิทิน v7)"
create function counted_words(days int, working boolean, from_date date, is_extension boolean, due date,
                              calendar_version int) returns text language sql immutable as $$
    select case when is_extension then 'ขยาย ' else '' end || days::text || case when working then ' วันทำการ' else ' วัน' end
           || case when is_extension then ' นับถัดจากวันครบกำหนดเดิม ' else ' นับถัดจากวันรับ ' end || thai_date(from_date)
           || case when not working and due <> from_date + days then ' ตรงวันหยุด เลื่อนเป็นวันทำการถัดไป' else '' end
           || coalesce(' (ปฏิทิน v' || calendar_version::text || ')', '') $$;

create function counted_due(days int, working boolean, from_date date, as_of timestamptz) returns timestamptz
language sql stable as $$
    select bangkok(working_day_roll(case when working then working_day_add(from_date, days, as_of)
                                         else from_date + days end, as_of), office_closes(as_of)) $$;

-- The end of what a letter says: its instant, or, of a date alone, the end of office hours.
create function said_due(at timestamptz, has_time boolean, as_of timestamptz) returns timestamptz
language sql stable as $$
    select case when has_time then at else bangkok(bangkok_date(at), office_closes(as_of)) end $$;

create function deadline_enter_meeting(to_expectation bigint, of_meeting int, why text, document text, erases boolean,
                                       entered timestamptz, officer text) returns void language sql volatile as $$
    insert into deadline (expectation_id, version, level, due_at, basis, source, reason, erases_lateness, meeting_id,
                          calendar_version, holds, created_at, created_by)
    select to_expectation, 1, 4, m.cutoff_at, meeting_words(m.body, m.starts_at, m.cutoff_rule, m.calendar_version),
           coalesce(nullif(document, ''), m.source), why, erases, m.id, m.calendar_version, true, entered, officer
    from meeting m where m.id = of_meeting $$;

-- Open expectations whose deadline in force hangs on a meeting.
create function meeting_open_deadlines(of_meeting int) returns table (expectation_id bigint, due_at timestamptz)
language sql stable as $$
    select j.expectation_id, j.due_at from expectation_judgement(office_now()) j
    where j.level = 4 and j.meeting_id = of_meeting and is_open(j.verdict) $$;

-- A meeting gets another time or cut-off: a new row, and new versions of the open deadlines.
create function meeting_replace(old_id int, starts timestamptz, days int, at time, cutoff timestamptz, why text,
                                document text, erases boolean, officer text, out new_id int, out n_moved int)
language plpgsql volatile as $$
declare
    old meeting;
    entered timestamptz := office_now();
    behind record;
begin
    select * into strict old from meeting where id = old_id and status = 'planned' for update;
    update meeting set status = case when starts = old.starts_at then 'replaced' else 'postponed' end,
                       status_at = entered, status_why = why where id = old_id;
    cutoff := case when days is null then cutoff else meeting_cutoff(starts, days, at, entered) end;
    insert into meeting (body, starts_at, place, kind, cutoff_at, cutoff_days, cutoff_time, cutoff_rule,
                         calendar_version, source, created_at)
    values (old.body, starts, old.place, old.kind, cutoff, days, at, meeting_rule_words(days, at, cutoff),
            case when days is not null then calendar_version_at(entered) end, coalesce(nullif(document, ''), old.source),
            entered)
    returning id into new_id;
    n_moved := 0;
    for behind in select expectation_id from meeting_open_deadlines(old_id) loop
        perform deadline_enter_meeting(behind.expectation_id, new_id, why, document, erases, entered, officer);
        n_moved := n_moved + 1;
    end loop;
    update meeting set moved_to = new_id where id = old_id;
    update matter set meeting_id = new_id where meeting_id = old_id;
end $$;

-- A meeting does not take place: its open deadlines end, and what stood behind them (N days) holds again.
create function meeting_drop(old_id int, why text, document text, officer text) returns int
language plpgsql volatile as $$
declare
    entered timestamptz := office_now();
    behind record;
    n_moved int := 0;
begin
    perform from meeting where id = old_id and status = 'planned' for update;
    update meeting set status = 'cancelled', status_at = entered, status_why = why where id = old_id;
    for behind in
        select o.expectation_id, s.* from meeting_open_deadlines(old_id) o
        left join lateral (
            select * from deadline d
            where d.expectation_id = o.expectation_id and d.level in (5, 6)
              and d.version > coalesce((select max(version) from deadline c
                                        where c.expectation_id = o.expectation_id and c.level = 7), 0)
            order by d.level, d.version desc limit 1) s on true
    loop
        insert into deadline (expectation_id, version, level, basis, source, reason, meeting_id, holds, created_at, created_by)
        values (behind.expectation_id, 1, 7, 'ยังไม่กำหนด', document, why, old_id, true, entered, officer);
        if behind.due_at is not null then
            insert into deadline (expectation_id, version, level, due_at, basis, source, reason, days, from_date, working,
                                  calendar_version, holds, created_at, created_by)
            values (behind.expectation_id, 1, behind.level, behind.due_at, behind.basis, behind.source, why, behind.days,
                    behind.from_date, behind.working, behind.calendar_version, true, entered, officer);
        end if;
        n_moved := n_moved + 1;
    end loop;
    update matter set meeting_id = null where meeting_id = old_id;
    return n_moved;
end $$;

-- ---------------------------------------------------------------- a changed calendar, confirmed

create function calendar_move_all(why text, officer text) returns int language plpgsql volatile as $$
declare
    entered timestamptz := office_now();
    moved record;
    n int := 0;
begin
    for moved in select m.*, c.new_cutoff_at from meeting_cutoff_moves(entered) c join meeting m on m.id = c.meeting_id loop
        n := n + 1 + (select n_moved from meeting_replace(moved.id, moved.starts_at, moved.cutoff_days, moved.cutoff_time,
                                                      null, why, '', false, officer));
    end loop;
    for moved in select d.*, c.new_due_at from deadline_moves(entered) c
                 join deadline_current(entered) d using (expectation_id) loop
        insert into deadline (expectation_id, version, level, due_at, basis, source, reason, is_extension, meeting_id,
                              days, from_date, working, calendar_version, holds, created_at, created_by)
        values (moved.expectation_id, 1, moved.level, moved.new_due_at,
                counted_words(moved.days, moved.working, moved.from_date, moved.is_extension,
                              bangkok_date(moved.new_due_at), calendar_version_at(entered)),
                moved.source, why, moved.is_extension, moved.meeting_id, moved.days, moved.from_date, moved.working,
                calendar_version_at(entered), true, entered, officer);
        n := n + 1;
    end loop;
    return n;
end $$;
