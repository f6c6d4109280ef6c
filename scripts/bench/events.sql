-- :events audit events of ratings, in a chain that `audit verify` accepts: psql -v events=1000000 -f events.sql.
-- Triggers rest, or each event would need a transaction of its own; numbers, hashes, bodies and columns are what
-- domain::audit writes and checks.
begin;
set local session_replication_role = replica;
create function pg_temp.lay_in(events bigint) returns void language plpgsql as $$
declare
  nr bigint; head bytea; body text; hash bytea; at timestamptz; clock text; k record; l int; i int;
  risks cursor for select r.id, 'R-' || r.number as reference, r.number, r.system_id, p.id as actor_id, p.name
                   from risk r join person p on p.id = r.owner_id order by r.number;
begin
  select h.seq, h.hash into nr, head from audit_head h;
  at := date_trunc('second', now()) - events * interval '30 seconds';
  open risks;
  for n in 1..events loop
    fetch risks into k;
    if not found then
      close risks;
      open risks;
      fetch risks into k;
    end if;
    nr := nr + 1;
    at := at + interval '30 seconds';
    clock := to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
    l := 1 + (n + k.number) % 5;
    i := 1 + (n / 3 + k.number) % 5;
    -- Canonical: keys in order, no white space.
    body := format('{"action":"risk.rate","actor":"%s","actor_id":"%s","address":"192.0.2.%s","after":{"impact":%s,"kind":"residual","likelihood":%s,"matrix_version":1,"rationale":"Rated again after the monthly check of error rates: figures of the last four weeks, read by two people."},"at":"%s","before":{"impact":%s,"kind":"residual","likelihood":%s,"matrix_version":1},"related":["%s"],"seq":%s,"subject":"%s","subject_id":"%s","subject_kind":"risk"}',
      k.name, k.actor_id, n % 250, i, l, clock, 1 + i % 5, 1 + l % 5, k.system_id, nr, k.reference, k.id);
    hash := sha256(head || convert_to(body, 'UTF8'));
    -- No transaction will ever have this number, so that none looks audited by it.
    insert into audit_event (seq, at, actor_id, actor, action, subject_kind, subject_id, subject, related, body, previous,
                             hash, xact)
    values (nr, at, k.actor_id, k.name, 'risk.rate', 'risk', k.id, k.reference, array[k.system_id], body, head, hash,
            (9000000000000000000 + nr)::text::xid8);
    head := hash;
  end loop;
  update audit_head h set seq = nr, hash = head;
end $$;
select pg_temp.lay_in(:events);
commit;
