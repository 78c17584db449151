-- What came by hand and was registered stays one document however often its form is sent; and it is watched like
-- what came by mail.

create index on item (digest) where message_fk is null;

create view violation_by_hand as
    with hand as (select i.* from event e join item i on i.id = e.item_id where e.what = 'register by hand')
    select 'by hand: waits, but has no open job' as what, h.id::text as ref from hand h
     where h.scan_done_at is null
       and not exists (select from job j where j.item_id = h.id and j.state in ('ready', 'running'))
    union all
    select 'by hand: scanned, but has no code', h.id::text from hand h
     where h.scan_done_at is not null and h.token is null
    union all
    select 'by hand: its receipt was not mailed', h.id::text from hand h
     where h.scan_done_at is not null and h.no_receipt_why = ''
       and not exists (select from outbox o where o.item_id = h.id and o.kind = 'receipt')
    union all
    select 'by hand: not of an officer', h.id::text from hand h
     where h.message_fk is not null or h.agency_how <> 'officer';
