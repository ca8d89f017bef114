"""An order out of a measure without a last day (a patient stays until discharge is allowed) ends after a fortnight unless decided again.

Both ways it only says which orders may be made from then on; those on record stay as they are.
"""

from django.db import migrations

NEW = """
create or replace function trust_order_grounded() returns trigger language plpgsql as $$
declare d record; many int;
begin
  select person_id, binding, rule, until, source, explanation_id into d from plans_decision where id = new.decision_id;
  if d.until is null and exists (
    select 1 from plans_explanation e, jsonb_array_elements(e.content->'measures') m
    where e.digest = d.explanation_id and (m->>'restricts')::boolean and m->>'until' is null
  ) then
    d.until := (new.issued_at at time zone 'Asia/Shanghai')::date + 14;
  end if;
  if d.person_id is distinct from new.person_id or not d.binding or d.rule <> new.rule or d.until is null or new.rule_ends_on > d.until then
    raise exception 'an order needs a binding decision about the same person' using errcode = 'check_violation', constraint = 'order_grounded';
  end if;
  select orders into many from trust_orderbatch where id = new.batch_id;
  if not new.two_needed and (coalesce(many, 0) > 20 or d.source = 'stated') then
    raise exception 'two organisations are needed' using errcode = 'check_violation', constraint = 'order_by_hand_needs_two';
  end if;
  return new;
end $$;
"""
OLD = """
create or replace function trust_order_grounded() returns trigger language plpgsql as $$
declare d record; many int;
begin
  select person_id, binding, rule, until, source into d from plans_decision where id = new.decision_id;
  if d.person_id is distinct from new.person_id or not d.binding or d.rule <> new.rule or d.until is null or new.rule_ends_on > d.until then
    raise exception 'an order needs a binding decision about the same person' using errcode = 'check_violation', constraint = 'order_grounded';
  end if;
  select orders into many from trust_orderbatch where id = new.batch_id;
  if not new.two_needed and (coalesce(many, 0) > 20 or d.source = 'stated') then
    raise exception 'two organisations are needed' using errcode = 'check_violation', constraint = 'order_by_hand_needs_two';
  end if;
  return new;
end $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('trust', '0002_bulk_run'),
        ('plans', '0001_initial'),
    ]

    operations = [migrations.RunSQL(NEW, OLD)]
