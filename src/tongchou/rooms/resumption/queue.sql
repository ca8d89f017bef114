-- What the place in the queue rests on, for every application that waits: one statement.
with open as (
  select a.id, a.unit_id, u.name, u.area_id, ar.path, a.submitted_at, a.items_of, a.items_ok, a.items_bad, a.lift, a.lift_reason, a.hold, a.batch_id, a.place,
    l.stage, l.deadline, e.unit_id is not null as registered, e.lists
  from resumption_application a
  join record_loop l on l.id = a.loop_id
  join record_unit u on u.id = a.unit_id
  join record_area ar on ar.id = u.area_id
  left join record_enterprise e on e.unit_id = a.unit_id
  where a.ended_at is null and a.submitted_at is not null and {reach}
), chain as ( -- only what both sides or the administration confirm counts; claims are told apart
  select s.supplier_id as unit_id, nullif(count(distinct s.buyer_id) filter (where s.state = 'confirmed'), 0)::int as buyers,
    count(distinct s.buyer_id) filter (where s.critical and s.state = 'confirmed')::int as critical,
    count(distinct s.buyer_id) filter (where s.state = 'claimed')::int as claims
  from record_supplylink s where s.ended_on is null and s.buyer_id is not null and s.supplier_id in (select unit_id from open) group by 1
), staff as (
  select f.unit_id, count(*) filter (where f.outcome = 'start')::int as safe, count(*)::int as known
  from record_staff f where f.to_date is null and f.outcome not in ('', 'undetermined', 'no_rule') and f.unit_id in (select unit_id from open) group by 1
), events as (
  select l.subject_unit_id as unit_id, count(*)::int as n from record_loop l
  where l.closed_at is null and l.kind in ('incident', 'finding', 'hazard', 'workplace_fever') and l.subject_unit_id in (select unit_id from open) group by 1
), streets as (
  select s.id, s.name, s.path from record_area s where s.level = 'street' and s.valid_to is null
)
select o.id, o.unit_id, o.name, o.area_id, o.submitted_at, o.items_of, o.items_ok, o.lift, o.lift_reason, o.hold, o.batch_id, o.place, o.stage,
  o.deadline, o.registered, o.lists, c.buyers, c.critical, t.safe, t.known, coalesce(v.n, 0),
  (select s.name from streets s where starts_with(o.path, s.path) limit 1), o.items_bad, coalesce(c.claims, 0)
from open o
left join chain c on c.unit_id = o.unit_id
left join staff t on t.unit_id = o.unit_id
left join events v on v.unit_id = o.unit_id
