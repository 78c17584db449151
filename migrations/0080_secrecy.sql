-- An officer may say later that a document or a matter is secret. From then on the public is told "in the
-- register" and nothing opens its files; that is promised here, whoever sets the word: an item of a secret matter
-- is secret, and a secret item has no link that opens.

create function item_takes_secrecy() returns trigger language plpgsql as $$
begin
    -- for share: a matter that is being marked at this moment is waited for
    if new.secrecy = '' then
        select secrecy into new.secrecy from matter where id = new.matter_id for share;
        new.secrecy := coalesce(new.secrecy, '');
    end if;
    return new;
end $$;
create trigger item_takes_secrecy before insert on item
    for each row when (new.matter_id is not null) execute function item_takes_secrecy();
create trigger item_takes_secrecy_of_matter before update of matter_id, secrecy on item
    for each row when (new.matter_id is not null and (new.matter_id is distinct from old.matter_id
                       or new.secrecy is distinct from old.secrecy))
    execute function item_takes_secrecy();

create function link_closes_on_secrecy() returns trigger language plpgsql as $$
begin
    update link set revoked_at = clock_timestamp(), revoked_by = 'thanwela', revoked_why = 'กำหนดชั้นความลับ'
     where item_id = new.id and revoked_at is null;
    return null;
end $$;
create trigger link_closes_on_secrecy after update of secrecy, matter_id on item
    for each row when (old.secrecy = '' and new.secrecy <> '') execute function link_closes_on_secrecy();

-- What was assigned to a secret matter before this rule.
update item i set secrecy = m.secrecy from matter m where m.id = i.matter_id and m.secrecy <> '' and i.secrecy = '';

create view violation_secrecy as
    select 'item of a secret matter is not secret' as what, i.id::text as ref
      from item i join matter m on m.id = i.matter_id where m.secrecy <> '' and i.secrecy = '';
