-- The load of tests/bench/judge: five years of matters, one holiday in 13 days, four in five answered.
set timezone = 'Asia/Bangkok';
set jit = off;
insert into calendar_version (who, why) values ('bench', 'bench');
insert into holiday (date, name, kind, version)
select d, 'x', 'annual', 1 from generate_series(date '2015-01-01', '2026-12-31', '13 days') d;
insert into agency (code, name_th) select 'A' || g, 'กรม ' || g from generate_series(10, 34) g;
insert into matter (year, no, class, title, created_by, created_at)
select 2563 + g / 20000, g % 20000 + 1, 'CAB-SUBMIT', 'เรื่อง', 'x', timestamptz '2020-01-01' + g * interval '20 min'
from generate_series(0, :matters - 1) g;
insert into expectation (matter_id, agency_id, created_at) select id, id % 25 + 1, created_at from matter;
insert into deadline (expectation_id, version, level, due_at, basis, days, from_date, working, calendar_version, holds,
                      created_at, created_by)
select id, 1, 5, created_at + interval '10 days', '7 วันทำการ นับถัดจากวันรับ', 7, bangkok_date(created_at), true, 1, true,
       created_at, 'x' from expectation;
insert into item (series, year, no, entered_at, deemed_at, registered_at, digest, token, agency_id, agency_how,
                  sender_state, subject, subject_fold, matter_id)
select 'R', 2563, e.id, t, t, t, sha256(e.id::text::bytea), e.id::text, e.agency_id, 'domain', 'verified', 's', 's', e.matter_id
from expectation e, lateral (select e.created_at + interval '9 days' + e.id % 97 * interval '20 min') x(t)
where e.id % 5 <> 0;
analyze agency, matter, expectation, deadline, item, holiday;
\timing on
\echo every expectation, verdicts and late working minutes
select verdict, count(*), sum(late_work_min) from expectation_judgement('2024-01-01') group by 1 order by 1;
\echo the same with every line of reason
select count(*), sum(length(why)) as letters from expectation_judgement('2024-01-01');
\echo every item with its line of reason
select count(*), sum(length(why)) as letters from item_judgement('2024-01-01');
\echo one item, as the receipt asks
select verdict from item_judgement('2024-01-01', 4711);
\echo what a changed calendar would move
select count(*) from deadline_moves('2024-01-01');
\echo beside: working days between, counted day by day, for 1000 late ones
select sum(n) from (select due_at, ended from (select due_at, coalesce(decided_at, '2024-01-01') as ended
                    from expectation_judgement('2024-01-01') where verdict in ('LATE', 'OVERDUE') limit 1000) x) l,
lateral (select count(*) as n from generate_series(l.due_at, l.ended, '1 day') d where is_working_day(d::date, '2024-01-01', '')) c;
