-- The office's fiscal year 2564 as it was counted: 289 parliamentary and 534 Cabinet matters with
-- their presentations, some late, by quarter; and the percentages that were reported of them.
create temporary table counted (quarter int, first_day date, class text, late int, presented int);
insert into counted values
    (1, '2020-10-05', 'PARL-CONSULT', 0, 16),  (1, '2020-10-05', 'CAB-SUBMIT', 5, 122),
    (2, '2021-01-05', 'PARL-CONSULT', 0, 66),  (2, '2021-01-05', 'CAB-SUBMIT', 12, 153),
    (3, '2021-04-05', 'PARL-CONSULT', 0, 35),  (3, '2021-04-05', 'CAB-SUBMIT', 9, 126),
    (4, '2021-07-05', 'PARL-CONSULT', 0, 172), (4, '2021-07-05', 'CAB-SUBMIT', 20, 133);
create temporary table numbered as
    select row_number() over (order by quarter, class, n)::int as no, c.*, n,
           bangkok((first_day + n % 80), '12:00') as due
    from counted c cross join lateral generate_series(1, c.presented) n;
insert into matter (year, no, class, title, created_by, created_at)
    select 2599, no, class, 'เรื่องที่ ' || no, 'test', '2020-10-01 00:00+07' from numbered order by no;
-- The last second in time for those that are in time, one second later for those that are late.
insert into presentation (matter_id, due_at, presented_at, late_why, source, created_at, created_by)
    select m.id, r.due, r.due + case when r.n <= r.late then interval '1 second' else interval '0' end,
           case when r.n <= r.late then 'รอเอกสารประกอบ' else '' end, 'นร test', r.due + interval '1 day', 'test'
    from numbered r join matter m on m.year = 2599 and m.no = r.no order by r.no;
insert into kpi_reported (fiscal_year, quarter, percent, score, weighted, why, created_at, created_by) values
    (2564, 1, 8800, 200, 60, 'รายงานรอบ 3 เดือน', '2021-01-15 10:00+07', 'planner'),
    (2564, 2, 9000, 300, 90, 'รายงานรอบ 6 เดือน', '2021-04-16 10:00+07', 'planner'),
    (2564, 3, 8800, 200, 60, 'รายงานรอบ 9 เดือน', '2021-07-15 10:00+07', 'planner'),
    (2564, 4, 9200, 400, 120, 'รายงานรอบ 12 เดือน', '2021-10-15 10:00+07', 'planner');
