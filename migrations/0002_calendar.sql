-- The office's calendar: what a working day is, as known at an instant. A holiday counts from the
-- instant when it was announced until it was revoked; the substitute for 5 December 2563 moved, and
-- 27 July 2564 came and went, so no answer is right without its as-of.
--
-- Nothing here walks from day to day. A calendar is two sorted arrays, made once: `off`, the days off
-- that fall on weekdays, and `gaps`, how many working days lie before each of them. Binary searches in
-- them turn dates into running numbers of working days and back, so 100,000 rows cost 100,000 searches.
-- For many rows take working_calendar() once; for one row use the functions at the end.

-- ---------------------------------------------------------------- what the rules read of the configuration

-- Written by the programs when the configuration differs (office_setting_put); judged as of an instant,
-- so that a changed policy does not judge the past again. The first value of a key holds for all time.
create table office_setting (
    key         text not null check (key in ('receipt_basis', 'region', 'soon_days', 'office_opens', 'office_closes')),
    value       text not null,
    valid_from  timestamptz not null,
    primary key (key, valid_from),
    check (case key when 'receipt_basis' then value in ('entered', 'deemed')
                    when 'soon_days' then value ~ '^[0-9]{1,2}$'
                    when 'region' then true
                    else value ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' end));
create trigger office_setting_frozen before update or delete on office_setting for each row execute function deny();

create function office_setting_of(wanted text, as_of timestamptz) returns text language sql stable as $$
    select coalesce((select value from office_setting where key = wanted and valid_from <= as_of
                     order by valid_from desc limit 1),
                    case wanted when 'receipt_basis' then 'entered' when 'region' then ''
                                when 'soon_days' then '3' when 'office_opens' then '08:30'
                                when 'office_closes' then '16:30' end) $$;

-- Remembers a value where it is not what holds already; true: it was new.
create function office_setting_put(k text, v text) returns boolean language plpgsql as $$
begin
    if exists (select from office_setting where key = k) then
        if office_setting_of(k, 'infinity') = v then return false; end if;
        insert into office_setting values (k, v, office_now()) on conflict do nothing;
    else
        insert into office_setting values (k, v, '-infinity') on conflict do nothing;
    end if;
    return true;
end $$;

create function office_opens(as_of timestamptz) returns time language sql stable as $$
    select office_setting_of('office_opens', as_of)::time $$;
create function office_closes(as_of timestamptz) returns time language sql stable as $$
    select office_setting_of('office_closes', as_of)::time $$;

-- The version of the calendar at an instant; null before the first.
create function calendar_version_at(as_of timestamptz) returns int language sql stable as $$
    select version from calendar_version where at <= as_of order by at desc, version desc limit 1 $$;
create index on calendar_version (at);

-- ---------------------------------------------------------------- the arrays

-- Weekdays since 1 January of the year 1, a Monday, that day included.
create function weekday_no(d date) returns int language sql immutable parallel safe as $$
    select (d - date '0001-01-01') / 7 * 5 + least((d - date '0001-01-01') % 7 + 1, 5) $$;
create function weekday_of(no int) returns date language sql immutable parallel safe as $$
    select date '0001-01-01' + (no - 1) / 5 * 7 + (no - 1) % 5 $$;

-- Which holidays count at an instant; in_region null: the office's own region, '' none.
create function holidays_at(as_of timestamptz, in_region text default null) returns setof holiday
language sql stable as $$
    select * from holiday
    where announced_at <= as_of and (revoked_at is null or revoked_at > as_of)
      and (region = '' or region = coalesce(in_region, office_setting_of('region', as_of))) $$;

create function working_calendar(as_of timestamptz, in_region text default null, out off date[], out gaps int[])
language sql stable as $$
    select coalesce(array_agg(date order by date), '{}'),
           coalesce(array_agg(weekday_no(date) - n order by date), '{}')
    from (select date, row_number() over (order by date)::int as n
          from (select distinct date from holidays_at(as_of, in_region)
                where extract(isodow from date) < 6) as days) as numbered $$;

create function is_working(off date[], d date) returns boolean language sql immutable parallel safe as $$
    select extract(isodow from d) < 6 and d <> all (off) $$;
-- The running number of the last working day up to and including d.
create function working_no(off date[], d date) returns int language sql immutable parallel safe as $$
    select weekday_no(d) - width_bucket(d, off) $$;
-- The day that has a running number: as many weekdays later as days off lie before it.
create function working_day_of(gaps int[], no int) returns date language sql immutable parallel safe as $$
    select weekday_of(no + width_bucket(no - 1, gaps)) $$;
-- The n-th working day before d: a d that is off does not count as one.
create function working_no_before(off date[], d date, n int) returns int language sql immutable parallel safe as $$
    select working_no(off, d - 1) + 1 - n $$;

-- Seconds of office hours of all working days up to an instant; two of them give a length.
create function office_seconds(off date[], opens time, closes time, t timestamptz) returns bigint
language sql immutable parallel safe as $$
    select (working_no(off, bangkok_date(t) - 1) * extract(epoch from closes - opens)
            + case when is_working(off, bangkok_date(t))
                   then extract(epoch from least(greatest((t at time zone 'Asia/Bangkok')::time, opens), closes) - opens)
                   else 0 end)::bigint $$;

-- ---------------------------------------------------------------- one date, one instant

create function is_working_day(d date, as_of timestamptz default office_now(), in_region text default null)
returns boolean language sql stable as $$
    select extract(isodow from d) < 6 and not exists (select from holidays_at(as_of, in_region) h where h.date = d) $$;

create function working_days_wanted(n int) returns int language plpgsql immutable as $$
begin
    if n is null or n not between 0 and 10000 then
        raise exception 'a number of working days is 0 to 10000, not %', n using errcode = '22023';
    end if;
    return n;
end $$;

-- The n-th working day after d; the 0th is d itself, whatever day that is.
create function working_day_add(d date, n int, as_of timestamptz default office_now(), in_region text default null)
returns date language sql stable as $$
    select case when working_days_wanted(n) = 0 then d
                else working_day_of(c.gaps, working_no(c.off, d) + n) end
    from working_calendar(as_of, in_region) c $$;

-- The n-th working day before d; the 0th is d itself.
create function working_day_sub(d date, n int, as_of timestamptz default office_now(), in_region text default null)
returns date language sql stable as $$
    select case when working_days_wanted(n) = 0 then d
                else working_day_of(c.gaps, working_no_before(c.off, d, n)) end
    from working_calendar(as_of, in_region) c $$;

-- d, or the next working day where d is off.
create function working_day_roll(d date, as_of timestamptz default office_now(), in_region text default null)
returns date language sql stable as $$
    select case when is_working(c.off, d) then d
                else working_day_of(c.gaps, working_no(c.off, d) + 1) end
    from working_calendar(as_of, in_region) c $$;

-- An instant moved into office hours: itself inside them (both ends are), else the next opening.
create function deemed(t timestamptz, as_of timestamptz default office_now(), in_region text default null)
returns timestamptz language sql stable as $$
    select case when is_working(c.off, l.d) and l.at between h.opens and h.closes then t
                when is_working(c.off, l.d) and l.at < h.opens then bangkok(l.d, h.opens)
                else bangkok(working_day_of(c.gaps, working_no(c.off, l.d) + 1), h.opens) end
    from working_calendar(as_of, in_region) c,
         (select office_opens(as_of) as opens, office_closes(as_of) as closes) h,
         (select bangkok_date(t) as d, (t at time zone 'Asia/Bangkok')::time as at) l $$;

-- Minutes of office hours from a to b, a begun minute counted; 0 where b is not after a.
create function working_minutes_between(a timestamptz, b timestamptz, as_of timestamptz default office_now(),
                                        in_region text default null)
returns bigint language sql stable as $$
    select greatest(0, ceil((office_seconds(c.off, h.opens, h.closes, b)
                             - office_seconds(c.off, h.opens, h.closes, a)) / 60.0))::bigint
    from working_calendar(as_of, in_region) c,
         (select office_opens(as_of) as opens, office_closes(as_of) as closes) h $$;

-- ---------------------------------------------------------------- Thai dates, for one-line reasons

-- Numbers are cast to text by hand: `int || text` is only STABLE, and then nothing here would be inlined.

create function thai_date(d date) returns text language sql immutable parallel safe as $$
    select date_part('day', d)::int::text || ' '
           || case date_part('month', d)::int
                  when 1 then 'ม.ค.' when 2 then 'ก.พ.' when 3 then 'มี.ค.' when 4 then 'เม.ย.'
                  when 5 then 'พ.ค.' when 6 then 'มิ.ย.' when 7 then 'ก.ค.' when 8 then 'ส.ค.'
                  when 9 then 'ก.ย.' when 10 then 'ต.ค.' when 11 then 'พ.ย.' else 'ธ.ค.' end
           || ' ' || right((date_part('year', d)::int + 543)::text, 2) $$;
create function thai_instant(t timestamptz) returns text language sql immutable parallel safe as $$
    select thai_date(bangkok_date(t)) || ' ' || left((t at time zone 'Asia/Bangkok')::time::text, 5) $$;
