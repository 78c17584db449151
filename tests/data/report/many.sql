-- 100,000 matters of one fiscal year with their answers: the office's nine agencies, a deadline each,
-- nine of ten answered, one of thirty late. For the benches of the reports; instants are fixed.
set thanwela.now = '2021-09-30 17:00+07';
insert into agency (code, name_th, contact)
    select 'AGENCY-' || n, 'หน่วยงานที่ ' || n, 'โทร. 0 2000 000' || n from generate_series(1, 9) n;
insert into calendar_version (at, who, why) values ('2020-10-01 09:00+07', 'bench', 'วันหยุดราชการประจำปี');
insert into holiday (date, name, kind, version)
    select d::date, 'วันหยุด', 'annual', 1 from generate_series(date '2020-10-02', date '2021-09-30', interval '17 days') d;
insert into mailbox (name, host, login, folder, last_poll_at) values ('saraban', 'imap.test', 'saraban@test', 'INBOX', '2021-09-30 17:59+07');
insert into matter (year, no, class, title, created_by, created_at, received_at)
    select 2564, n, (array['CAB-OPINION', 'CAB-SUBMIT', 'PARL-CONSULT'])[n % 3 + 1],
           'ขอความเห็นประกอบการพิจารณาเรื่องที่ ' || n, 'bench', bangkok(date '2020-10-01' + n % 350, '09:00'),
           bangkok(date '2020-10-01' + n % 350, '09:00')
    from generate_series(1, 100000) n;
insert into expectation (matter_id, agency_id, created_at)
    select id, no % 9 + 1, created_at from matter order by id;
insert into deadline (expectation_id, version, level, due_at, basis, holds, created_at, created_by)
    select e.id, 1, 2, e.created_at + interval '14 days 7 hours 30 minutes', 'หนังสือระบุวัน', true, e.created_at, 'bench'
    from expectation e order by e.id;
insert into item (series, year, no, entered_at, deemed_at, registered_at, digest, token, mailbox_id, from_addr, agency_id,
                  agency_how, sender_state, subject, subject_fold, class, matter_id, matter_how)
    select 'R', 2564, row_number() over (order by m.id), t.at, t.at, t.at + interval '20 seconds', sha256(m.id::text::bytea),
           'T' || m.id, 1, 'saraban@agency.test', e.agency_id, 'address', 'verified', m.title, m.title, m.class, m.id, 'subject'
    from matter m join expectation e on e.matter_id = m.id
    cross join lateral (select d.due_at + case when m.no % 30 = 0 then interval '1 day' else interval '-1 day' end as at
                        from deadline d where d.expectation_id = e.id) t
    where m.no % 10 <> 7 and t.at < '2021-09-30 18:00+07' order by m.id;
insert into reg_counter select series, year, max(no), max(registered_at) from item group by series, year;
analyze;
