-- A search finds what clerks and officers write differently: Thai digits, ำ in two pieces, letters without
-- width, and a letter number with its blanks or without. The subject of a secret item is not searched: it is
-- shown to nobody, and which word finds it would tell it.

-- thai_fold() of base/thai.c, letter by letter.
create function text_fold(t text) returns text language sql immutable strict parallel safe as $$
    select btrim(regexp_replace(replace(translate(t,
               '๐๑๒๓๔๕๖๗๘๙ABCDEFGHIJKLMNOPQRSTUVWXYZ' || U&'\200B\200C\200D\200E\200F\2060\FEFF\00AD',
               '0123456789abcdefghijklmnopqrstuvwxyz'), U&'\0E4D\0E32', U&'\0E33'),
               '[ \t\n\v\f\r\u00A0\u2000-\u200A\u202F\u3000]+', ' ', 'g')) $$;

alter table item alter column search_fold set expression as (
    case when secrecy = '' then subject_fold else '' end
    || ' ' || text_fold(coalesce(letter_no, '')) || ' ' || replace(text_fold(coalesce(letter_no, '')), ' ', '')
    || ' ' || text_fold(coalesce(from_addr, '')) || ' ' || text_fold(coalesce(from_name, '')));

-- The word as it is, and without its blanks: so stand letter numbers there, and Thai needs none.
create or replace function item_search(pattern text) returns setof bigint language sql stable as $$
    select id from item where search_fold like pattern or search_fold like replace(pattern, ' ', '')
    union
    select i.id from (select id, text_fold(name_th || ' ' || short_th || ' ' || code) as names from agency) g
      join item i on i.agency_id = g.id
     where g.names like pattern or replace(g.names, ' ', '') like replace(pattern, ' ', '') $$;
