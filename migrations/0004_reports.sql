-- What reports count by: fiscal years, report windows, and the runs that should have been. A fiscal
-- year begins on 1 October; its quarters are calendar quarters under other numbers.

create function fiscal_year(d date) returns int language sql immutable parallel safe as $$
    select extract(year from d)::int + 543 + (extract(month from d) >= 10)::int $$;
create function fiscal_quarter(d date) returns int language sql immutable parallel safe as $$
    select (extract(month from d)::int + 2) % 12 / 3 + 1 $$;
create function fiscal_year_start(year int) returns timestamptz language sql immutable parallel safe as $$
    select bangkok(make_date(year - 544, 10, 1), '00:00') $$;

-- The nightly report is due at this time of each working day.
create function report_time() returns time language sql immutable parallel safe as $$ select time '18:00' $$;

-- The times that a report as of an instant speaks of: since the report before it, this quarter, this
-- year, and the ends of the next and the third working day.
create function report_window(as_of timestamptz, out since timestamptz, out quarter_from timestamptz,
                              out year_from timestamptz, out year_to timestamptz,
                              out soon_to timestamptz, out soon_3_to timestamptz,
                              out fiscal_year int, out fiscal_quarter int, out calendar_version int)
language sql stable as $$
    select bangkok(working_day_sub(d, 1, as_of), report_time()), bangkok(date_trunc('quarter', d)::date, '00:00'),
           fiscal_year_start(fiscal_year(d)), fiscal_year_start(fiscal_year(d) + 1),
           bangkok(working_day_add(d, 1, as_of) + 1, '00:00'), bangkok(working_day_add(d, 3, as_of) + 1, '00:00'),
           fiscal_year(d), fiscal_quarter(d), calendar_version_at(as_of)
    from bangkok_date(as_of) d $$;

-- A report's evenings that passed without a run, between the first run ever and the evening that a
-- report as of this instant is for; no further back than 60 days.
create function report_missed(wanted text, upto timestamptz) returns setof timestamptz language sql stable as $$
    with run as (select as_of from report_run
                 where kind = wanted and as_of < upto and done_at is not null and error is null),
         slot as (select at, lead(at) over (order by at) as next_at
                  from (select bangkok(d::date, report_time()) as at
                        from generate_series(greatest((select bangkok_date(min(as_of)) from run), bangkok_date(upto) - 60),
                                             bangkok_date(upto), interval '1 day') d
                        where is_working_day(d::date, upto)) s
                  where at <= upto)
    select at from slot
    where next_at is not null and at > (select min(as_of) from run)
      and not exists (select from run where as_of >= at and as_of < next_at) $$;
