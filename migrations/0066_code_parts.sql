-- A message may be spread over several codes (structured append). They are one row once joined; what
-- the scanner says of the parts stands beside it, so that an officer sees what is missing. A message
-- that is not whole means nothing: half an address is not followed, half a receipt ties no item.
alter table code add column parts text not null default '';   -- "part 2 of 3 is missing"; '' for a code by itself
alter table code add constraint code_parts_whole
    check (parts = '' or parts like 'joined of %' or meaning = 'other');
