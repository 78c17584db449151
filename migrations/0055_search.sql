-- What people look for in the register is in one place with one index: subject, letter number (its Thai
-- digits as Arabic ones) and sender; and the agency by its names.
alter table item add column search_fold text generated always as (
    subject_fold || ' ' || translate(lower(coalesce(letter_no, '')), '๐๑๒๓๔๕๖๗๘๙', '0123456789')
    || ' ' || lower(coalesce(from_addr, '')) || ' ' || lower(coalesce(from_name, ''))) stored;
drop index item_search;
create index item_search on item using gin (search_fold gin_trgm_ops);
create index on item (agency_id);

-- % and _ of a search are letters: the caller has escaped them.
create function item_search(pattern text) returns setof bigint language sql stable as $$
    select id from item where search_fold like pattern
    union
    select i.id from agency g join item i on i.agency_id = g.id
     where lower(g.name_th || ' ' || g.short_th || ' ' || g.code) like pattern $$;
