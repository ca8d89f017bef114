"""What the database itself refuses of an order: evidence that says nothing, another table than the decision's, a confirmation by the issuing
unit, and more than twenty people in batches within a day without a second organisation, however the batches are cut.

Both ways it only says which orders may be made from then on; those on record stay as they are.
"""

from django.db import migrations, models

NEW = """
create or replace function trust_order_grounded() returns trigger language plpgsql as $$
declare d record; many int;
begin
  if not jsonb_path_exists(new.evidence, '$[*] ? (@ like_regex "[^[:space:]]{2,}")') then
    raise exception 'evidence says something' using errcode = 'check_violation', constraint = 'order_has_evidence';
  end if;
  select person_id, binding, rule, until, source, explanation_id, "table" into d from plans_decision where id = new.decision_id;
  if d.until is null and exists (
    select 1 from plans_explanation e, jsonb_array_elements(e.content->'measures') m
    where e.digest = d.explanation_id and (m->>'restricts')::boolean and m->>'until' is null
  ) then
    d.until := (new.issued_at at time zone 'Asia/Shanghai')::date + 14;
  end if;
  if d.person_id is distinct from new.person_id or not d.binding or d.rule <> new.rule or d."table" <> new."table" or d.until is null or new.rule_ends_on > d.until then
    raise exception 'an order needs a binding decision about the same person' using errcode = 'check_violation', constraint = 'order_grounded';
  end if;
  select orders into many from trust_orderbatch where id = new.batch_id;
  if not new.two_needed and (coalesce(many, 0) > 20 or d.source = 'stated') then
    raise exception 'two organisations are needed' using errcode = 'check_violation', constraint = 'order_by_hand_needs_two';
  end if;
  if not new.two_needed and new.batch_id is not null then
    perform pg_advisory_xact_lock(74, new.issuer_org::int);  -- two small batches at once wait for each other
    select count(*) into many from trust_restriction r where r.batch_id = new.batch_id and not r.two_needed;
    if many < 20 then
      select count(*) into many from trust_restriction r
      where r.issuer_org = new.issuer_org and r."table" = new."table" and r.batch_id is not null and not r.two_needed
        and r.issued_at > new.issued_at - interval '24 hours' and r.issued_at <= new.issued_at;
    end if;
    if many >= 20 then
      raise exception 'two organisations are needed' using errcode = 'check_violation', constraint = 'order_by_hand_needs_two';
    end if;
  end if;
  return new;
end $$;
"""
OLD = """
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


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0001_initial'),
        ('trust', '0003_open_ends'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='restriction',
            index=models.Index(condition=models.Q(('batch__isnull', False), ('two_needed', False)), fields=['issuer_org', 'issued_at'], name='order_unseen'),
        ),
        migrations.AddConstraint(
            model_name='restriction',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_unit', None), models.Q(('confirmed_unit', models.F('issuer')), _negated=True), _connector='OR'), name='order_two_units'),
        ),
        migrations.RunSQL(NEW, OLD),
    ]
