-- What a judgement asks for each time, at the price of asking and not of planning. PostgreSQL plans the body of
-- a function in SQL anew in every statement that calls it, unless it can write it out in its place, and it does
-- not where a body promises less than its function does: half of a page's time was that. Settings and calendar
-- are functions in PL/pgSQL now, whose plans a session keeps; us() and from_us() go by way of UTC without a
-- zone, which promises as much as they do.

create or replace function us(t timestamptz) returns bigint language sql immutable parallel safe as $$
    select (extract(epoch from t at time zone 'UTC') * 1000000)::bigint $$;
create or replace function from_us(t bigint) returns timestamptz language sql immutable parallel safe as $$
    select (timestamp 'epoch' + t * interval '1 microsecond') at time zone 'UTC' $$;

create or replace function office_setting_of(wanted text, as_of timestamptz) returns text language plpgsql stable as $$
begin
    return coalesce((select value from office_setting where key = wanted and valid_from <= as_of
                     order by valid_from desc limit 1),
                    case wanted when 'receipt_basis' then 'entered' when 'region' then ''
                                when 'soon_days' then '3' when 'office_opens' then '08:30'
                                when 'office_closes' then '16:30' end);
end $$;

create or replace function working_calendar(as_of timestamptz, in_region text default null, out off date[], out gaps int[])
language plpgsql stable as $$
begin
    select coalesce(array_agg(date order by date), '{}'),
           coalesce(array_agg(weekday_no(date) - n order by date), '{}')
      into off, gaps
      from (select date, row_number() over (order by date)::int as n
            from (select distinct date from holidays_at(as_of, in_region)
                  where extract(isodow from date) < 6) as days) as numbered;
end $$;

create or replace function judging(as_of timestamptz, out off date[], out opens time, out closes time,
                                   out by_deemed boolean, out soon_until date)
language plpgsql stable as $$
declare
    gaps int[];
begin
    select c.off, c.gaps into off, gaps from working_calendar(as_of) c;
    opens := office_setting_of('office_opens', as_of);
    closes := office_setting_of('office_closes', as_of);
    by_deemed := office_setting_of('receipt_basis', as_of) = 'deemed';
    soon_until := working_day_of(gaps, working_no(off, bangkok_date(as_of)) + office_setting_of('soon_days', as_of)::int);
end $$;

-- What waits for an officer is counted on every visit to the first page: it is few, and so is this index.
create index item_waits on item (id)
 where status not in ('ปิด', 'ถอน', 'ยกเลิก') and agency_how <> 'officer'
   and (sender_state = 'unverified' or agency_id is null or check_why <> '');
create index item_unverified on item (id)
 where status <> 'ยกเลิก' and sender_state = 'unverified' and agency_how <> 'officer';
