-- Where somebody signs in from. Whoever has one address of IPv6 has the 2^64 of its network: they count as one
-- place, or nobody would ever be locked out. And who comes by the trusted proxy has no session of ours whose
-- opening could be kept: a row says since when, so that the log has one line a session and not one a page.

-- "203.0.113.7", "2001:db8:1:2::/64"; IPv4 inside IPv6 is IPv4; what is no address stands for itself.
create function sign_in_place(address text) returns text language plpgsql stable as $$
begin
    if not pg_input_is_valid(address, 'inet') then return address; end if;
    return case when family(address::inet) = 4 then host(address::inet)
                when address::inet <<= inet '::ffff:0:0/96' then regexp_replace(host(address::inet), '^.*:', '')
                else network(set_masklen(address::inet, 64))::text end;
end $$;

create or replace function sign_in_keys(p_login text, p_address text) returns setof text language sql stable as $$
    select 'address ' || sign_in_place(p_address)
    union all
    select 'login ' || left(encode(sha256(convert_to(p_login, 'UTF8')), 'hex'), 12)
           || case when exists (select from person p join session s on s.person_id = p.id
                                 where p.login = p_login and sign_in_place(s.address) = sign_in_place(p_address)
                                   and s.opened_at > clock_timestamp() - interval '90 days')
                   then ' at ' || sign_in_place(p_address) else '' end $$;

create table proxy_session (
    person_id   int not null references person,
    address     text not null,
    opened_at   timestamptz not null,
    seen_at     timestamptz not null check (seen_at >= opened_at),
    primary key (person_id, address));
