-- The tables of the house. Everything that must survive lives here: nothing in memory, nothing in
-- mailbox flags. What the database can promise, it promises; the rest is in the view `violation`.
-- Lateness is never stored: it is computed from these facts and an as-of instant (0003).

create extension if not exists pg_trgm;

-- The clock that rules use: the server's, or the fixed one of a test build.
create function office_now() returns timestamptz language sql volatile as $$
    select coalesce(nullif(current_setting('thanwela.now', true), '')::timestamptz, clock_timestamp()) $$;

-- Instants travel to the programs as microseconds since 1970 UTC.
create function us(t timestamptz) returns bigint language sql immutable as $$
    select (extract(epoch from t) * 1000000)::bigint $$;
create function from_us(t bigint) returns timestamptz language sql immutable as $$
    select timestamptz 'epoch' + t * interval '1 microsecond' $$;
create function bangkok_date(t timestamptz) returns date language sql immutable as $$
    select (t at time zone 'Asia/Bangkok')::date $$;
create function bangkok(d date, t time) returns timestamptz language sql immutable as $$
    select (d + t) at time zone 'Asia/Bangkok' $$;

create function deny() returns trigger language plpgsql as $$
begin raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = '42501'; end $$;

-- ---------------------------------------------------------------- agencies

create table agency (
    id          int generated always as identity primary key,
    code        text not null unique check (code ~ '^[A-Z0-9-]{2,20}$'),   -- our own short name: CUSTOMS
    name_th     text not null check (name_th <> ''),
    short_th    text not null default '',
    contact     text not null default '',       -- the coordinator, as the report prints it
    contact_mail text not null default '',
    valid_from  date not null default '1900-01-01',
    valid_to    date,                            -- last day; null: still
    check (valid_to is null or valid_to >= valid_from));

-- What tells an agency: an address, a mail domain, or a letter prefix ("กค 05"). Editable, with dates.
create table agency_mark (
    id          int generated always as identity primary key,
    agency_id   int not null references agency,
    kind        text not null check (kind in ('address', 'domain', 'prefix')),
    value       text not null check (value = lower(value) and value <> ''),
    valid_from  date not null default '1900-01-01',
    valid_to    date,
    unique (kind, value, valid_from));

-- ---------------------------------------------------------------- calendar

-- A version is a set of changes entered together; every deadline names the one that it used.
create table calendar_version (
    version     int generated always as identity primary key,
    at          timestamptz not null default office_now(),
    who         text not null,
    why         text not null);

create table holiday (
    id          int generated always as identity primary key,
    date        date not null,
    name        text not null check (name <> ''),
    kind        text not null check (kind in ('annual', 'substitute', 'special', 'regional')),
    region      text not null default '',        -- '' is the whole country
    source      text not null default '',
    announced_at timestamptz not null default '-infinity',
    revoked_at  timestamptz,
    version     int not null references calendar_version,
    check ((kind = 'regional') = (region <> '')),
    check (revoked_at is null or revoked_at >= announced_at));
create unique index holiday_once on holiday (date, name, region, announced_at);
create index on holiday (date);

-- A row never changes its times: moving a meeting or changing its cut-off makes a new row, so that what
-- was judged by the old one stays as it was judged.
create table meeting (
    id          int generated always as identity primary key,
    body        text not null check (body in ('cabinet', 'parliament')),
    starts_at   timestamptz not null,
    place       text not null default '',
    kind        text not null default 'regular' check (kind in ('regular', 'special', 'mobile')),  -- ปกติ พิเศษ สัญจร
    cutoff_at   timestamptz not null,
    cutoff_days int check (cutoff_days between 0 and 365),   -- N working days before, at cutoff_time; null: an instant
    cutoff_time time,
    cutoff_rule text not null,                   -- "ปิดรับก่อน 3 วันทำการ": shown as the reason
    status      text not null default 'planned'
                check (status in ('planned', 'postponed', 'cancelled', 'replaced')),  -- นัด เลื่อน ยกเลิก แก้เวลาปิดรับ
    status_at   timestamptz,                     -- when it ceased to be planned
    status_why  text not null default '',
    moved_to    int references meeting,
    calendar_version int references calendar_version,
    source      text not null default '',
    created_at  timestamptz not null default office_now(),
    check (cutoff_at <= starts_at),
    check ((cutoff_days is null) = (cutoff_time is null)),
    check ((status = 'planned') = (status_at is null)),
    check (moved_to is null or status in ('postponed', 'replaced')));
create index on meeting (body, starts_at);
create unique index meeting_once on meeting (body, starts_at) where status = 'planned';

-- ---------------------------------------------------------------- matters and deadlines

create table matter (
    id          bigint generated always as identity primary key,
    year        int not null check (year between 2500 and 2800),          -- Buddhist
    no          int not null check (no > 0),                              -- "12/2564"
    class       text not null check (class in ('CAB-SUBMIT', 'CAB-OPINION', 'CAB-URGENT', 'CAB-FOLLOWUP',
                                               'PARL-CONSULT', 'PARL-QUESTION', 'PARL-BILL', 'OTHER')),
    title       text not null check (title <> ''),
    urgency     text not null default '' check (urgency in ('', 'ด่วน', 'ด่วนมาก', 'ด่วนที่สุด', 'ด่วนภายใน')),
    secrecy     text not null default '' check (secrecy in ('', 'ลับ', 'ลับมาก', 'ลับที่สุด')),
    letter_no   text not null default '',        -- of the letter that asked
    received_at timestamptz,                     -- when the request reached us: day 0 of "N working days"
    meeting_id  int references meeting,
    created_at  timestamptz not null default office_now(),
    created_by  text not null,
    unique (year, no));

-- One agency that is expected to answer one matter. Exists before, and without, any mail.
create table expectation (
    id          bigint generated always as identity primary key,
    matter_id   bigint not null references matter,
    agency_id   int not null references agency,
    exempt_at   timestamptz,                     -- ยกเว้น, with its reason
    exempt_why  text not null default '',
    exempt_by   text not null default '',
    created_at  timestamptz not null default office_now(),
    unique (matter_id, agency_id),
    check ((exempt_at is null) = (exempt_why = '')));

-- Versions of an expectation's deadline: append-only. Of those entered since the last level 7, the newest
-- of the strongest level holds (0003); the others stay as the record of what was said.
create table deadline (
    id          bigint generated always as identity primary key,
    expectation_id bigint not null references expectation,
    version     int not null check (version > 0),
    level       int not null check (level between 1 and 7),   -- precedence of domain §4; 7: none
    due_at      timestamptz,                     -- null only at level 7
    basis       text not null,                   -- the one line: "meeting 20 Apr 2564, cut-off 3 working days, calendar v7"
    source      text not null default '',        -- document that says so
    reason      text not null default '',        -- of an override, extension or move
    is_extension boolean not null default false,
    erases_lateness boolean not null default false,  -- an officer said so on record
    meeting_id  int references meeting,
    days        int check (days between 0 and 10000),   -- N of levels 5 and 6 and of an extension
    from_date   date,                            -- day 0 of it
    working     boolean,                         -- N working days; false: N days, rolled to a working day
    calendar_version int references calendar_version,
    holds       boolean not null,                -- in force when entered: no stronger one stood (trigger, 0003)
    passed_due  timestamptz,                     -- the earlier due that had passed by then, not erased (trigger)
    created_at  timestamptz not null default office_now(),
    created_by  text not null,
    unique (expectation_id, version),
    check ((days is null) = (from_date is null) and (days is null) = (working is null)),
    check ((level = 7) = (due_at is null)),
    check (level <> 1 or (reason <> '' and source <> '')));

-- ---------------------------------------------------------------- what came in

create table mailbox (
    id          int generated always as identity primary key,
    name        text not null unique,            -- its section in the configuration
    host        text not null,
    login       text not null,
    folder      text not null,
    body        text not null default 'cabinet' check (body in ('cabinet', 'parliament')),
    uidvalidity bigint,                          -- last seen; a change starts a new name space
    lease_owner text,
    lease_epoch bigint not null default 0,
    lease_until timestamptz,
    last_poll_at timestamptz,                    -- last complete, successful look at the whole folder
    last_error  text,
    last_error_at timestamptz,
    unique (host, login, folder));

-- Times without a successful poll that were longer than the configured gap.
create table poll_gap (
    mailbox_id  int not null references mailbox,
    from_at     timestamptz not null,
    to_at       timestamptz not null,
    why         text not null default '',
    primary key (mailbox_id, from_at),
    check (to_at > from_at));

create table blob (                              -- content-addressed, immutable
    id          bigint generated always as identity primary key,
    sha256      bytea not null unique check (octet_length(sha256) = 32),
    size        bigint not null check (size >= 0));
create table blob_chunk (
    blob_id     bigint not null references blob on delete cascade,
    seq         int not null check (seq >= 0),
    data        bytea not null check (octet_length(data) between 1 and 1048576),
    primary key (blob_id, seq));
alter table blob_chunk alter data set storage external;

create table message (                           -- one row per stored raw mail
    id          bigint generated always as identity primary key,
    mailbox_id  int not null references mailbox, -- where it was first met
    blob_id     bigint unique references blob,   -- null: too large to take, it stays in the mailbox
    entered_at  timestamptz not null,            -- INTERNALDATE: the time of receipt (เวลารับ)
    stored_at   timestamptz not null default clock_timestamp(),
    content_key bytea unique check (octet_length(content_key) = 32),   -- set by register; the identity
    duplicate_of bigint references message,
    message_id  text,                            -- the sender's choice: indexed, never unique
    state       text not null default 'stored'
                check (state in ('stored', 'registered', 'duplicate', 'ignored', 'quarantined')),
    why         text not null default '',        -- of ignored and quarantined: one sentence
    attempts    int not null default 0,          -- of parse, committed before the child starts
    check ((state = 'duplicate') = (duplicate_of is not null)),
    check (state not in ('quarantined', 'ignored') or why <> ''),
    released_by text not null default '',        -- the officer who let it through quarantine
    check (blob_id is not null or state = 'quarantined'),
    check (state <> 'registered' or content_key is not null));
create index on message (message_id);
create index on message (mailbox_id) where state = 'stored';
create index on message (state) where state = 'quarantined';

create table message_copy (                      -- every server copy ever met, n:1 to message
    mailbox_id  int not null references mailbox,
    uidvalidity bigint not null,
    uid         bigint not null,
    message_fk  bigint not null references message,
    seen_at     timestamptz not null default clock_timestamp(),
    filing_at   timestamptz,                     -- a COPY was begun: on a server without MOVE it may have been done
    filed_at    timestamptz,                     -- the move was confirmed, or the copy was found gone
    filed_to    text,
    primary key (mailbox_id, uidvalidity, uid, message_fk));   -- servers DO reuse (uidvalidity, uid)
create index on message_copy (mailbox_id) where filed_at is null;
create index on message_copy (message_fk);

create table reg_counter (
    series      text not null check (series ~ '^[A-Z0-9]{1,8}$'),
    year        int not null check (year between 2500 and 2800),          -- Buddhist calendar year, Bangkok
    last_no     bigint not null check (last_no >= 0),
    last_at     timestamptz not null,
    primary key (series, year)) with (fillfactor = 50);

create table item (                              -- one registered document: the row of the register
    id          bigint generated always as identity primary key,
    message_fk  bigint unique references message,    -- one number per mail; null: came by hand
    series      text not null,
    year        int not null,
    no          bigint not null check (no > 0),
    sent_at_claimed timestamptz,                 -- the Date header; shown, never used to judge
    entered_at  timestamptz not null,
    deemed_at   timestamptz not null,            -- entered_at moved into office hours
    registered_at timestamptz not null,
    digest      bytea not null check (octet_length(digest) = 32),
    token       text unique,                     -- signed when the receipt is made; then fixed
    mailbox_id  int references mailbox,
    from_addr   text,
    from_name   text,
    agency_id   int references agency,
    agency_how  text not null default '' check (agency_how in ('', 'address', 'domain', 'prefix', 'officer')),
    sender_state text not null check (sender_state in ('verified', 'unverified')),
    check_why   text not null default '',        -- ต้องตรวจสอบ: what an officer should look at
    subject     text not null,
    subject_fold text not null,                  -- thai_fold: for search only
    letter_no   text,
    letter_date date,
    urgency     text not null default '' check (urgency in ('', 'ด่วน', 'ด่วนมาก', 'ด่วนที่สุด', 'ด่วนภายใน')),
    secrecy     text not null default '' check (secrecy in ('', 'ลับ', 'ลับมาก', 'ลับที่สุด')),
    within_at   timestamptz,                     -- the instant of ด่วนภายใน
    class       text not null default 'OTHER',
    matter_id   bigint references matter,
    matter_how  text not null default '' check (matter_how in ('', 'subject', 'slip', 'receipt', 'officer')),
    meeting_id  int references meeting,          -- named in the subject
    in_reply_to text,
    message_id  text,
    refs        text,
    no_receipt_why text not null default '',     -- automatic, list, bounce, own, unverified, cap
    n_claimed   int check (n_claimed >= 0),      -- files or enclosures that the letter says it brings; null: it does not say
    is_complete boolean not null default true,   -- false: an enclosure missing or unreadable
    incomplete_why text not null default '',
    completes   bigint references item,          -- the item that this one completes
    status      text not null default 'รับแล้ว' check (status in ('รับแล้ว', 'ตรวจสอบ', 'ส่งกลับแก้ไข',
                    'รับเพิ่มเติม', 'เสนอรัฐมนตรี', 'เสนอ สลค./สภา', 'เข้าวาระ', 'มีมติ', 'ปิด', 'ถอน', 'ยกเลิก')),
    cancelled_why text not null default '',
    scan_done_at timestamptz,                    -- the last scan job ended
    unique (series, year, no),
    check ((status = 'ยกเลิก') = (cancelled_why <> '')));
create index on item (matter_id, agency_id, entered_at, id);
create index on item (entered_at);
create index on item (registered_at);
create index item_search on item using gin (subject_fold gin_trgm_ops);

create table attachment (
    id          bigint generated always as identity primary key,
    item_id     bigint not null references item,
    seq         int not null check (seq >= 0),   -- order in the mail
    blob_id     bigint not null references blob,
    filename    text,                            -- decoded; never used as a path
    label_type  text not null,                   -- the sender's word
    type        text not null,                   -- from the bytes
    is_attachment boolean not null,
    depth       int not null default 0,
    scan_state  text check (scan_state in ('codes', 'none', 'encrypted', 'damaged', 'unsupported', 'limit', 'poison')),
    scan_why    text not null default '',
    n_pages     int,
    unique (item_id, seq));
create index on attachment (blob_id);

create table scan_page (
    attachment_id bigint not null references attachment on delete cascade,
    page        int not null check (page > 0),
    width       double precision not null,
    height      double precision not null,
    steps       text not null,                   -- "200, 300 dpi, upscaled: nothing found"
    primary key (attachment_id, page));

create table code (
    id          bigint generated always as identity primary key,
    attachment_id bigint not null references attachment on delete cascade,
    seq         int not null,
    page        int not null,
    member      text,
    format      text not null,
    content     text not null,
    bytes       bytea not null,
    x double precision not null, y double precision not null,
    corners     double precision[] not null check (cardinality(corners) = 8),
    meaning     text not null check (meaning in ('receipt', 'slip', 'url', 'other', 'forged')),
    item_ref    bigint references item,          -- the receipt's item
    matter_ref  bigint references matter,        -- the slip's matter
    unique (attachment_id, seq));

-- ---------------------------------------------------------------- work and answers

create table job (                               -- scans that wait; an item without files has one with no attachment
    id          bigint generated always as identity primary key,
    item_id     bigint not null references item,
    attachment_id bigint unique references attachment,
    state       text not null default 'ready' check (state in ('ready', 'running', 'done', 'dead')),
    attempts    int not null default 0,
    next_at     timestamptz not null default clock_timestamp(),
    claimed_by  text,
    claimed_until timestamptz,
    why         text not null default '');
create index on job (next_at) where state in ('ready', 'running');
create index on job (item_id);

create table outbox (
    id          bigint generated always as identity primary key,
    channel     text not null default 'mail' check (channel in ('mail', 'line')),
    kind        text not null check (kind in ('receipt', 'report', 'notice', 'digest', 'late', 'changed')),
    item_id     bigint references item,
    rfc_message_id text unique,                  -- fixed at insert, reused by every retry
    retry_key   uuid not null default gen_random_uuid(),   -- LINE: chosen before the first attempt
    envelope_from text not null default '',      -- '' is the null return-path
    rcpt        text not null,
    body        bytea not null,                  -- fully rendered: a retry is byte for byte the same
    created_at  timestamptz not null default office_now(),
    state       text not null default 'ready' check (state in ('ready', 'sending', 'sent', 'dead')),
    attempts    int not null default 0,
    next_at     timestamptz not null default clock_timestamp(),
    claimed_by  text,
    claimed_until timestamptz,
    sent_at     timestamptz,
    last_reply  text,
    check ((state = 'sent') = (sent_at is not null)),
    check (channel <> 'mail' or rfc_message_id is not null));
create unique index outbox_one_receipt on outbox (item_id) where kind = 'receipt';
create index on outbox (next_at) where state in ('ready', 'sending');
create index on outbox (rcpt, created_at) where kind = 'receipt';

-- Every change of an item, a matter or a rule: who, when, what, why. A chain: each row holds the hash
-- of the row before, so that nothing can be taken out or changed unseen.
create table event (
    id          bigint primary key,              -- gap-free, under the chain's lock
    at          timestamptz not null default office_now(),
    who         text not null,
    item_id     bigint references item,
    matter_id   bigint references matter,
    what        text not null,
    why         text not null default '',
    detail      jsonb not null default '{}',
    prev        bytea not null,
    hash        bytea not null unique check (octet_length(hash) = 32));
create index on event (item_id, id);
create index on event (matter_id, id);

create table event_head (                        -- the chain's end: whoever holds this row appends
    one         boolean primary key default true check (one),
    id          bigint not null,
    hash        bytea not null);
insert into event_head (id, hash) values (0, sha256('thanwela'));

create function event_hash(e event) returns bytea language sql stable as $$
    select sha256(e.prev || convert_to(jsonb_build_array(e.id, us(e.at), e.who, e.item_id, e.matter_id, e.what,
                                                         e.why, e.detail)::text, 'UTF8')) $$;

create function event_append(p_who text, p_item bigint, p_matter bigint, p_what text, p_why text, p_detail jsonb)
returns bigint language plpgsql security definer set search_path = public as $$
declare head event_head; e event;
begin
    select * into head from event_head for update;
    e := row(head.id + 1, office_now(), p_who, p_item, p_matter, p_what, coalesce(p_why, ''),
             coalesce(p_detail, '{}'), head.hash, null);
    e.hash := event_hash(e);
    insert into event select e.*;
    update event_head set id = e.id, hash = e.hash;
    return e.id;
end $$;

create table report_run (
    id          bigint generated always as identity primary key,
    kind        text not null,
    as_of       timestamptz not null,
    started_at  timestamptz not null default clock_timestamp(),
    done_at     timestamptz,
    calendar_version int,
    digest      bytea check (octet_length(digest) = 32),   -- of the JSON form
    error       text);
create index on report_run (kind, as_of);

-- ---------------------------------------------------------------- what may not change

create trigger deadline_frozen before update or delete on deadline for each row execute function deny();
create trigger deadline_kept before truncate on deadline execute function deny();
create trigger event_frozen before update or delete on event for each row execute function deny();
create trigger event_kept before truncate on event execute function deny();
create trigger item_kept before delete on item for each row execute function deny();
create trigger item_not_emptied before truncate on item execute function deny();

-- A number, its times and its digest stay as they were given.
create function item_fixed() returns trigger language plpgsql as $$
begin
    if (new.series, new.year, new.no, new.entered_at, new.registered_at, new.digest, new.token, new.message_fk)
       is distinct from
       (old.series, old.year, old.no, old.entered_at, old.registered_at, old.digest, coalesce(old.token, new.token), old.message_fk)
    then raise exception 'item %/%: number, times and digest are fixed', old.no, old.year using errcode = '42501';
    end if;
    return new;
end $$;
create trigger item_fixed before update on item for each row execute function item_fixed();

-- ---------------------------------------------------------------- numbers

-- n numbers of a series without a gap, safe against rollback. The counter's row serialises; the year is
-- read from the clock again after the lock (a transaction may have waited over New Year); a clock that
-- stepped back is refused: rather no number than a wrong one. Take them last, the lock holds till commit.
create function allot(p_series text, p_n int, out year int, out first_no bigint, out at timestamptz)
language plpgsql security definer set search_path = public as $$
declare y int; last reg_counter;
begin
    if p_n < 1 then raise exception 'allot: % numbers', p_n; end if;
    loop
        y := extract(year from office_now() at time zone 'Asia/Bangkok') + 543;
        insert into reg_counter values (p_series, y, 0, '-infinity') on conflict do nothing;
        select * into last from reg_counter c where c.series = p_series and c.year = y for update;
        at := office_now();
        exit when extract(year from at at time zone 'Asia/Bangkok') + 543 = y;
    end loop;
    if exists (select from reg_counter c where c.series = p_series and c.year > y and c.last_no > 0) then
        raise exception 'the clock says %, but numbers of a later year were given: set the clock', y
            using errcode = '55000';
    end if;
    if last.last_at > at + interval '5 minutes' then
        raise exception 'the clock stepped back from % to %: set the clock', last.last_at, at
            using errcode = '55000';
    end if;
    at := greatest(at, last.last_at + interval '1 microsecond');
    year := y;
    first_no := last.last_no + 1;
    update reg_counter c set last_no = c.last_no + p_n, last_at = allot.at + (p_n - 1) * interval '1 microsecond'
     where c.series = p_series and c.year = y;
end $$;

-- ---------------------------------------------------------------- the mailbox lease

-- Null: another daemon holds the mailbox. The epoch changes with the holder; the clock is the server's.
create function lease_take(p_id int, p_owner text, p_ttl interval) returns bigint language sql as $$
    update mailbox set lease_owner = p_owner, lease_until = clock_timestamp() + p_ttl,
           lease_epoch = lease_epoch + (lease_owner is distinct from p_owner or lease_until < clock_timestamp())::int
     where id = p_id and (lease_until is null or lease_until < clock_timestamp() or lease_owner = p_owner)
    returning lease_epoch $$;

-- ---------------------------------------------------------------- what must never be seen

-- Empty at all times, on every node. thanwela doctor reads it.
create view violation as
    select 'numbers with a gap' as what, series || '/' || year as ref
      from item group by series, year having max(no) <> count(*) or min(no) <> 1
    union all
    select 'counter beside its numbers', c.series || '/' || c.year from reg_counter c
     where c.last_no <> (select count(*) from item i where i.series = c.series and i.year = c.year)
    union all
    select 'registered mail without a number', m.id::text from message m
     where m.state = 'registered' and not exists (select from item i where i.message_fk = m.id)
    union all
    select 'number for a mail that is not registered', i.id::text from item i join message m on m.id = i.message_fk
     where m.state <> 'registered'
    union all
    select 'scanned item without a receipt', i.id::text from item i
     where i.scan_done_at is not null and i.no_receipt_why = '' and i.message_fk is not null
       and not exists (select from outbox o where o.item_id = i.id and o.kind = 'receipt')
    union all
    select 'receipt that must not be sent', i.id::text from item i
     where i.no_receipt_why <> '' and exists (select from outbox o where o.item_id = i.id and o.kind = 'receipt')
    union all
    select 'item scanned, but a job is open', i.id::text from item i
     where i.scan_done_at is not null and exists (select from job j where j.item_id = i.id and j.state in ('ready', 'running'))
    union all
    select 'item waits, but has no open job', i.id::text from item i
     where i.scan_done_at is null and i.message_fk is not null
       and not exists (select from job j where j.item_id = i.id and j.state in ('ready', 'running'))
    union all
    select 'numbers against the clock', a.id::text from
      (select id, registered_at, lag(registered_at) over (partition by series order by year, no) before from item) a
     where a.registered_at <= a.before
    union all
    select 'number of another year', id::text from item
     where extract(year from registered_at at time zone 'Asia/Bangkok') + 543 <> year
    union all
    select 'mail filed before it was settled', c.message_fk::text from message_copy c join message m on m.id = c.message_fk
     where c.filed_to is not null and m.state = 'stored' and m.released_by = ''
    union all
    select 'duplicate of a mail that has no number', m.id::text from message m join message f on f.id = m.duplicate_of
     where f.state not in ('registered', 'quarantined', 'ignored', 'stored')
    union all
    select 'raw mail incomplete', b.id::text from blob b
     where b.size <> (select coalesce(sum(octet_length(c.data)), 0) from blob_chunk c where c.blob_id = b.id)
    union all
    select 'chain of events broken', 'head' from event_head h
     where h.id <> (select count(*) from event) or h.id <> (select coalesce(max(id), 0) from event);
