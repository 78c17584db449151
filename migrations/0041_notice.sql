-- Notices to the coordinators: a rule or a piece of knowledge (ความรู้), by LINE and mail, kept with who and
-- when; the questions that come back in a notice's mail thread (ให้คำปรึกษา), and how each was answered.
--
-- A question is a letter like any other: registered, with a number and a receipt. That it stands in the
-- thread of a notice is one more fact about it, written by a trigger beside the register row itself, so
-- that no path into the register can forget it.

create table notice (
    id          int generated always as identity primary key,
    at          timestamptz not null default office_now(),
    who         text not null,
    subject     text not null check (subject <> ''),
    body        text not null check (body <> ''),
    audience    text not null,                   -- 'all', or the agencies' codes
    line_outbox_id bigint references outbox);    -- null: not by LINE

create table notice_mail (
    id          bigint generated always as identity primary key,
    notice_id   int not null references notice,
    agency_id   int not null references agency,
    rcpt        text not null,
    outbox_id   bigint not null unique references outbox,
    unique (notice_id, rcpt));

create table notice_question (
    item_id     bigint primary key references item,
    notice_id   int not null references notice,
    asked_at    timestamptz not null);           -- entered_at of the item
create index on notice_question (notice_id);

create table notice_answer (
    id          bigint generated always as identity primary key,
    item_id     bigint not null references notice_question,
    at          timestamptz not null default office_now(),
    who         text not null,
    body        text not null check (body <> ''),
    outbox_id   bigint not null unique references outbox);
create index on notice_answer (item_id);

create trigger notice_mail_kept before update or delete on notice_mail for each row execute function deny();
create trigger notice_question_kept before update or delete on notice_question for each row execute function deny();
create trigger notice_answer_kept before update or delete on notice_answer for each row execute function deny();
create trigger notice_kept before delete on notice for each row execute function deny();

-- Machines' mail (out of office, lists, bounces) asks nothing.
create function notice_takes_question() returns trigger language plpgsql as $$
begin
    if new.no_receipt_why in ('automatic', 'list', 'bounce', 'own') then
        return null;
    end if;
    insert into notice_question (item_id, notice_id, asked_at)
    select new.id, coalesce(m.notice_id, q.notice_id), new.entered_at
      from (select distinct r[1] as id
              from regexp_matches(coalesce(new.in_reply_to, '') || ' ' || coalesce(new.refs, ''), '<[^<>\s]+>', 'g') r) t
      join outbox o on o.rfc_message_id = t.id and o.kind = 'notice'
      left join notice_mail m on m.outbox_id = o.id
      left join notice_answer a on a.outbox_id = o.id
      left join notice_question q on q.item_id = a.item_id
     where coalesce(m.notice_id, q.notice_id) is not null
     order by o.id desc limit 1;
    return null;
end $$;
create trigger item_asks after insert on item for each row
    when (new.in_reply_to is not null or new.refs is not null) execute function notice_takes_question();

create view violation_notice as
    select 'notice that nobody was told' as what, n.id::text as ref from notice n
     where n.line_outbox_id is null and not exists (select from notice_mail m where m.notice_id = n.id)
    union all
    select 'question answered before it was asked', a.item_id::text from notice_answer a
      join notice_question q on q.item_id = a.item_id where a.at < q.asked_at
    union all
    select 'answer to another thread', a.id::text from notice_answer a
      join outbox o on o.id = a.outbox_id where o.kind <> 'notice' or o.channel <> 'mail';
