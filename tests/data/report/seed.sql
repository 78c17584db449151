-- A small office for the tests of the reports: three agencies, ten matters around 9 April 2564, and
-- one of everything that the nightly report has to tell. Its instants are fixed.
set thanwela.now = '2021-04-01 09:00+07';

insert into agency (code, name_th, short_th, contact) values
    ('CUSTOMS', 'กรมศุลกากร', '', 'กลุ่มงานเลขานุการ โทร. 0 2000 0001'),
    ('EXCISE', 'กรมสรรพสามิต', '', 'งานสารบรรณ โทร. 0 2000 0002'),
    ('FPO', 'สำนักงานเศรษฐกิจการคลัง', 'สศค.', '');

insert into calendar_version (at, who, why) values
    ('2020-10-01 09:00+07', 'test', 'มติคณะรัฐมนตรี วันหยุดราชการประจำปี 2564'),
    ('2021-04-09 10:00+07', 'test', 'เพิ่มวันหยุดพิเศษ');
insert into holiday (date, name, kind, announced_at, version) values
    ('2021-04-06', 'วันจักรี', 'annual', '-infinity', 1),
    ('2021-04-13', 'วันสงกรานต์', 'annual', '-infinity', 1),
    ('2021-04-14', 'วันสงกรานต์', 'annual', '-infinity', 1),
    ('2021-04-15', 'วันสงกรานต์', 'annual', '-infinity', 1),
    ('2021-04-12', 'วันหยุดพิเศษ', 'special', '2021-04-09 10:00+07', 2);

insert into mailbox (name, host, login, folder, last_poll_at, last_error, last_error_at) values
    ('saraban', 'imap.test', 'saraban@test', 'INBOX', '2021-04-09 17:59+07', null, null),
    ('sapa', 'imap.test', 'sapa@test', 'INBOX', '2021-04-09 12:00+07', 'imap.test: time-out', '2021-04-09 12:10+07');
insert into poll_gap values (1, '2021-04-08 20:00+07', '2021-04-08 23:30+07', 'imap.test: connection refused');

insert into matter (year, no, class, title, received_at, created_by, created_at)
    select 2564, n, case when n <= 6 then 'CAB-OPINION' else 'PARL-CONSULT' end,
           (array['ร่างพระราชกฤษฎีกาลดอัตราอากรขาเข้า', 'ขอความเห็นต่อร่างกฎกระทรวง', '=HYPERLINK("http://x.test","กด")',
                  '<script>alert(1)</script>', 'มาตรการภาษีเพื่อส่งเสริมยานยนต์ไฟฟ้า', 'ความเห็นประกอบการพิจารณา',
                  'กระทู้ถามทั่วไป', 'ข้อหารือของสมาชิกสภาผู้แทนราษฎร', 'ข้อหารือเรื่องที่ราชพัสดุ', 'ติดตามมติคณะรัฐมนตรี'])[n],
           '2021-03-15 10:00+07', 'test', '2021-03-15 10:00+07'
    from generate_series(1, 10) n;
insert into expectation (matter_id, agency_id, created_at)
    select id, (no - 1) % 3 + 1, '2021-03-15 10:00+07' from matter order by no;

-- 1 in time, 2 late, 3 overdue, 4 late long ago, 5 due next working day, 6 due in three, 7 incomplete,
-- 8 no deadline, 9 exempt, 10 moved today and pending
insert into deadline (expectation_id, version, level, due_at, basis, holds, created_at, created_by)
    select e.id, 1, 2, d.due, 'หนังสือระบุวัน', true, '2021-03-15 11:00+07', 'test'
    from (values (1, timestamptz '2021-04-09 12:00+07'), (2, '2021-04-09 12:00+07'), (3, '2021-04-07 16:30+07'),
                 (4, '2020-12-08 16:30+07'), (5, '2021-04-16 16:30+07'), (6, '2021-04-19 16:30+07'),
                 (7, '2021-04-09 16:30+07'), (9, '2021-04-05 16:30+07'), (10, '2021-05-10 16:30+07')) d (no, due)
    join matter m on m.no = d.no join expectation e on e.matter_id = m.id order by d.no;
insert into deadline (expectation_id, version, level, due_at, basis, source, reason, holds, created_at, created_by)
    select e.id, 2, 1, '2021-05-17 16:30+07', 'เจ้าหน้าที่กำหนด', 'บันทึก 9/2564', 'ผู้ส่งขอขยายเวลา', true, '2021-04-09 11:00+07', 'officer'
    from expectation e join matter m on m.id = e.matter_id where m.no = 10;
update expectation set exempt_at = '2021-04-01 09:00+07', exempt_why = 'เรื่องถูกถอน', exempt_by = 'officer'
    where matter_id = (select id from matter where no = 9);

insert into blob (sha256, size) select sha256(n::text::bytea), 100 from generate_series(1, 20) n;
insert into message (mailbox_id, blob_id, entered_at, content_key, state, why)
    select 1, n, '2021-04-09 09:00+07', sha256(('k' || n)::bytea), 'quarantined', w
    from (values (19, 'กำหนดชั้นความลับ: ยังไม่เปิดอ่าน'), (20, 'ผู้ส่งยังไม่ยืนยัน')) q (n, w);

insert into item (series, year, no, entered_at, deemed_at, registered_at, digest, token, mailbox_id, from_addr, agency_id,
                  agency_how, sender_state, check_why, subject, subject_fold, class, matter_id, matter_how, is_complete, incomplete_why)
    select 'R', 2564, v.no, v.at, v.at, v.at + interval '20 seconds', sha256(v.no::text::bytea), 'T' || v.no, 1, v.addr, v.agency,
           v.how, v.sender, v.check_why, coalesce(m.title, v.subject), lower(coalesce(m.title, v.subject)), 'OTHER', m.id,
           case when m.id is null then '' else 'subject' end, v.whole, case when v.whole then '' else 'ขาดสิ่งที่ส่งมาด้วย 1' end
    from (values
        (1, timestamptz '2021-01-08 10:00+07', 'saraban@customs.test', 1, 'address', 'verified', '', 4, '', true),
        (2, '2021-04-09 12:00+07', 'saraban@customs.test', 1, 'address', 'verified', '', 1, '', true),
        (3, '2021-04-09 12:00:01+07', 'saraban@excise.test', 2, 'address', 'verified', '', 2, '', true),
        (4, '2021-04-09 15:00+07', 'saraban@customs.test', 1, 'address', 'verified', '', 7, '', false),
        (5, '2021-04-09 15:30+07', 'someone@gmail.test', null::int, '', 'unverified', '', null, '=1+1', true),
        (6, '2021-04-09 16:00+07', 'saraban@fpo.test', 3, 'domain', 'verified', 'ที่อยู่กับเลขหนังสือไม่ตรงกัน', null, 'ขอส่งเอกสารเพิ่มเติม', true)
    ) v (no, at, addr, agency, how, sender, check_why, matter, subject, whole)
    left join matter m on m.no = v.matter and m.year = 2564 order by v.no;
insert into attachment (item_id, seq, blob_id, filename, label_type, type, is_attachment, scan_state, scan_why)
    select i.id, 0, i.no, 'เอกสาร' || i.no || '.pdf', 'application/pdf', 'application/pdf', true,
           case i.no when 4 then 'encrypted' else 'none' end, ''
    from item i;
insert into reg_counter select series, year, max(no), max(registered_at) from item group by series, year;
