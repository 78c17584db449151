-- The register's numbers have no gap, so their counters say how many there are: only those that were
-- cancelled are counted, from an index that holds nothing else.
create index item_cancelled on item (series, year, no) where status = 'ยกเลิก';
